import { type Reading, unknown } from "./facts.ts";

/** Answer every question once: the first answer is kept under its key, whatever happens to the machine meanwhile. */
export function memory(): <T>(key: string, read: () => T) => T {
  const answers = new Map<string, unknown>();
  return <T>(key: string, read: () => T): T => {
    if (!answers.has(key)) answers.set(key, read());
    return answers.get(key) as T;
  };
}

/** The same for readings; where a library of the system cannot be opened, the reading says so. */
export function asking(): <T>(key: string, read: () => Reading<T>) => Reading<T> {
  const once = memory();
  return <T>(key: string, read: () => Reading<T>): Reading<T> =>
    once(key, () => {
      try {
        return read();
      } catch (error) {
        return unknown(error instanceof Error ? error.message : String(error));
      }
    });
}
