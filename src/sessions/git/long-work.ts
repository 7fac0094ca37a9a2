/** Says what long work is at. @param action `keep the work` @param far how far it is: `1200 of 5000 files` */
export type Telling = (action: string, far: string) => void;

let telling: Telling | undefined;

/** From now on long work of this process is told; without it nobody hears of it. */
export function tellLongWork(to: Telling): void {
  telling = to;
}

/** How long work may go on before it says what it is at; after each time it is silent for twice as long, in milliseconds. */
const SILENT_MS = 1000;
const MOST_SILENT_MS = 10_000;

/** A function to call before each step of something with how far it is; it says so where that takes long. */
export function longWork(action: string): (far: () => string) => void {
  let [since, silent] = [performance.now(), SILENT_MS];
  return (far) => {
    const now = performance.now();
    if (telling === undefined || now - since < silent) return;
    [since, silent] = [now, Math.min(2 * silent, MOST_SILENT_MS)];
    telling(action, far());
  };
}

/** The same for a program that is waited for: a function to call every now and then. @param ms the time by now */
export function longWait(action: string): (ms: number) => void {
  let [next, silent] = [SILENT_MS, SILENT_MS];
  return (ms) => {
    if (ms < next) return;
    silent = Math.min(2 * silent, MOST_SILENT_MS);
    next = ms + silent;
    telling?.(action, `${Math.round(ms / 1000)} s so far`);
  };
}
