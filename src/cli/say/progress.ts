import type { Context } from "../command.ts";

/** How long work may go on before it says what it is at, and how long it is silent in between, in milliseconds. */
const SILENT_MS = 1000;

/**
 * Says on a terminal what long work is at.
 *
 * @returns a function to call before each step with the words for it; it says them when a second has passed since the
 *   work began, or since it last said something
 */
export function progressOf({ host, say }: Context): (what: () => string) => void {
  let since = performance.now();
  return (what) => {
    if (performance.now() - since < SILENT_MS) return;
    since = performance.now();
    if (host.isTerminal(2)) say(`berth: ${what()}\n`);
  };
}
