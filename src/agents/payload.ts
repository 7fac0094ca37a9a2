import type { Point, PointKind } from "./point.ts";

/** What an agent wrote to the hook's standard input: an object of any kind. */
export type Payload = Readonly<Record<string, unknown>>;

const MAX_REASON = 200;
const MAX_WORD = 100;

export const isObject = (value: unknown): value is Payload =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A member that is an object; an empty one otherwise. */
export function objectIn(payload: Payload, key: string): Payload {
  const value = payload[key];
  return isObject(value) ? value : {};
}

/** A member that is text. */
export function textIn(payload: Payload, key: string): string | undefined {
  const value = payload[key];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A member as an ID or a name, fit to be kept: one line, and not longer than any is. */
export function wordIn(payload: Payload, key: string): string | undefined {
  const value = payload[key];
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const word = oneLine(String(value), MAX_WORD);
  return word === "" ? undefined : word;
}

/** Text without what a terminal obeys or what turns it round, and cut. It may have megabytes, of which few are looked at. */
export const oneLine = (text: string, longest = MAX_REASON): string =>
  [...text.slice(0, 8 * longest).replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ").trim()].slice(0, longest)
    .join("");

/** The last moment that a date can be, and a number that is one in seconds (1973 in ms). */
const [LATEST, SECONDS] = [8.64e15, 1e11];

/** Whether a number is a time, in ms since 1970. */
export const isTime = (value: unknown): value is number =>
  typeof value === "number" && value > 0 && value <= LATEST;

/** A time that a payload carries: as text, or as a number of ms, or of seconds. */
export function timeIn(payload: Payload, key: string): number | undefined {
  const value = payload[key];
  const at = typeof value === "string" ? Date.parse(value) : value;
  return isTime(at) ? Math.floor(at < SECONDS ? at * 1000 : at) : undefined;
}

type Parts = Partial<{ [K in keyof Point]: Point[K] | undefined }>;

/** A point of what is known; what is undefined is left out. */
export const pointOf = (event: string, kind: PointKind, parts: Parts = {}): Point =>
  Object.fromEntries(
    Object.entries({ event: oneLine(event, MAX_WORD), kind, ...parts }).filter(([, value]) =>
      value !== undefined
    ),
  ) as unknown as Point;

/** Waiting for a permission, in words. */
export const permissionFor = (tool: string | undefined): string =>
  tool === undefined ? "permission" : `permission for ${tool}`;
