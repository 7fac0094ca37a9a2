/*
 * What an ID is made of. Apart from `label.ts`, since nobody who only finds an ID needs the failures that a label
 * of the user's can meet: their table takes longer to load than the whole walk to the terminal.
 */

export const SEPARATOR = "--";

export type Namespace = "ex" | "tmux" | "screen" | "zellij" | "ssh" | "terminal" | "anchor" | "uuid";

/** The ID of something that we found ourselves: a hash is its whole payload. */
export const foundId = (namespace: Namespace, payload: string): string =>
  `${namespace}${SEPARATOR}${payload}`;

/** Namespace and payload, split at the first `--`; a value without one is all payload. */
export function splitId(value: string): { namespace: string | undefined; payload: string } {
  const at = value.indexOf(SEPARATOR);
  if (at < 0) return { namespace: undefined, payload: value };
  return { namespace: value.slice(0, at), payload: value.slice(at + SEPARATOR.length) };
}

/** The ID as people read it: namespace and the first 12 characters of the payload. */
export function shortId(id: string): string {
  const { namespace, payload } = splitId(id);
  return namespace === undefined
    ? payload.slice(0, 12)
    : foundId(namespace as Namespace, payload.slice(0, 12));
}
