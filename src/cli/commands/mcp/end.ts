import type { Wire } from "./wire.ts";

/** Milliseconds that calls under way may take when the client says no more, and when it does not even listen. */
const GRACE = 10_000;
const GRACE_UNHEARD = 1_000;
/** Milliseconds between two looks whether who started us is still there. */
const LOOK = 100;

/** Fulfilled after so long, or when the process that started us has ended: then nobody hears an answer. */
function outOfTime(grace: number): Promise<void> {
  const parent = process.ppid;
  const until = performance.now() + grace;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (performance.now() < until && process.ppid === parent) return;
      clearInterval(timer);
      resolve();
    }, LOOK);
    timer.unref();
  });
}

/**
 * Wait for the end: the client closes our input, or does not read what we write. What it asked for is done first, if
 * that does not take too long.
 *
 * @param breakOff ends what is under way
 * @returns the exit status
 */
export async function lastly(
  wire: Wire,
  breakOff: () => void,
  say: (words: string) => void,
): Promise<number> {
  const broken = await Promise.race([wire.ended.then(() => null), wire.output.broken]);
  await Promise.race([wire.idle(), outOfTime(broken === null ? GRACE : GRACE_UNHEARD)]);
  const { unanswered } = wire;
  breakOff();
  if (unanswered > 0) say(`The client is gone: calls broken off: ${unanswered}`);
  await Promise.race([wire.output.flushed(), outOfTime(GRACE_UNHEARD)]);
  return broken === null && unanswered === 0 ? 0 : 1;
}
