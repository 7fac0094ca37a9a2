/** A part of a list that is not too long for a model to read, and where it goes on. */
export interface Page {
  readonly items: readonly unknown[];
  /** Nothing when that was all. */
  readonly rest: { readonly truncated?: true; readonly cursor?: string };
}

/**
 * @param names what is left of the list, in order; the last one that is shown is the cursor
 * @param limit how many at most
 * @param maxBytes of all together as JSON; one is shown in any case
 * @param show what is shown of a name
 */
export function page(
  names: readonly string[],
  limit: number,
  maxBytes: number,
  show: (name: string) => unknown,
): Page {
  const items: unknown[] = [];
  let bytes = 0;
  for (const name of names.slice(0, limit)) {
    const item = show(name);
    bytes += Buffer.byteLength(JSON.stringify(item));
    if (bytes > maxBytes && items.length > 0) break;
    items.push(item);
  }
  const last = names[items.length - 1];
  return {
    items,
    rest: items.length < names.length && last !== undefined ? { truncated: true, cursor: last } : {},
  };
}
