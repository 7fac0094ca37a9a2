import process from "node:process";

/** What ends a program that does nothing about it, and that people and terminals send. */
export const ENDING = ["SIGHUP", "SIGINT", "SIGTERM"] as const;

/** Be told of signals instead of being ended by them, until the end of the block. */
export function holdSignals<S extends NodeJS.Signals>(
  signals: readonly S[],
  told: (signal: S) => void,
): Disposable {
  const handlers = signals.map((signal) => [signal, () => told(signal)] as const);
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return {
    [Symbol.dispose]() {
      for (const [signal, handler] of handlers) process.off(signal, handler);
    },
  };
}

/**
 * Put off what would end us until the end of the block; the first signal that came ends us then.
 *
 * @param told called with each one that comes
 */
export function postponeSignals(told: () => void = () => {}): Disposable {
  let caught: NodeJS.Signals | undefined;
  const held = holdSignals(ENDING, (signal) => {
    caught ??= signal;
    told();
  });
  return {
    [Symbol.dispose]() {
      held[Symbol.dispose]();
      if (caught !== undefined) process.kill(process.pid, caught);
    },
  };
}
