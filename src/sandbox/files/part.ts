/** Which part of a long list is wanted. */
export interface Part {
  /** The entry that the last part ended with; what comes behind it is wanted. */
  readonly after?: string;
  /** How many at most. */
  readonly limit?: number;
}

const names = (path: string): string[] => path.split("/");

/** The order in which a search finds paths: name by name, a directory before what is in it. */
export function isBehind(path: string, after: string): boolean {
  const [a, b] = [names(path), names(after)];
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const [x = "", y = ""] = [a[at], b[at]];
    if (x !== y) return x > y;
  }
  return a.length > b.length;
}
