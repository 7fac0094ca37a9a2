import { fail } from "../errors/errors.ts";
import { type SessionRecord, setEntry } from "./record.ts";

/** The values of one script, or those that all scripts share; null when there are none yet. */
export function valuesOf(
  record: SessionRecord | null,
  script: string | undefined,
): Record<string, unknown> | null {
  if (record === null) return null;
  if (script === undefined) return record.sharedState;
  return Object.hasOwn(record.scriptState, script) ? record.scriptState[script] ?? null : null;
}

/** As `valuesOf`, to be changed: a script's values are made where there are none. */
export function valuesToChange(draft: SessionRecord, script: string | undefined): Record<string, unknown> {
  const values = valuesOf(draft, script);
  if (values !== null || script === undefined) return values ?? draft.sharedState;
  const made = {};
  setEntry(draft.scriptState, script, made);
  return made;
}

const INTEGER = /^[+-]?\d+$/;

/**
 * Add to the integer that is kept under the key; a key that is not there counts as 0.
 *
 * @returns the new value
 * @throws `not_a_number` for a value that is no integer, `number_too_large` for a sum that is not exact
 */
export function increment(values: Record<string, unknown>, key: string, by: number): number {
  const old = Object.hasOwn(values, key) ? values[key] : 0;
  const number = typeof old === "string" && INTEGER.test(old) ? Number(old) : old;
  if (typeof number !== "number" || !Number.isSafeInteger(number)) {
    throw fail("not_a_number", { key, value: JSON.stringify(old) });
  }
  const sum = number + by;
  if (!Number.isSafeInteger(sum)) throw fail("number_too_large", { key });
  // -0 would be kept as 0 and read back as another value than was returned.
  setEntry(values, key, sum === 0 ? 0 : sum);
  return sum === 0 ? 0 : sum;
}

/** Write down what happened, without the values: a history is shown more readily than a secret should be. */
export function remember(
  draft: SessionRecord,
  at: Date,
  kind: string,
  details: Record<string, unknown> = {},
): void {
  draft.history.push({ at: at.toISOString(), kind, ...details });
}
