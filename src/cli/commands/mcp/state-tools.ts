import * as v from "valibot";
import { fail } from "../../../errors/errors.ts";
import { readNow } from "../../../store/read.ts";
import { entry, setEntry } from "../../../store/record.ts";
import { increment, remember, valuesOf, valuesToChange } from "../../../store/state.ts";
import { checkedKey } from "../../line/value.ts";
import { page } from "./page.ts";
import { anyValue, integer, optional, text } from "./schema.ts";
import { change } from "./session-tools.ts";
import { tool } from "./tool.ts";

/** Values that are listed at once, and bytes that they may take together; a longer one is named with its size. */
const LISTED = 200;
const LISTED_BYTES = 64 * 1024;
const LONGEST = 8 * 1024;

const key = text("Name of the value");
const script = optional(
  v.pipe(v.string(), v.nonEmpty(), v.description("A script, for its own values")),
);
/** What a history says of a change: never the value. */
const changed = (key: string, script: string | undefined, more = {}) => ({
  key,
  ...more,
  ...script === undefined ? {} : { script },
});

function listedValue(values: Record<string, unknown>, key: string): Record<string, unknown> {
  const value = entry(values, key);
  const bytes = Buffer.byteLength(JSON.stringify(value) ?? "");
  return bytes > LONGEST ? { key, bytes, omitted: true } : { key, value };
}

/** Whether both are the same JSON; the order of an object's members does not count. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a, b] as Record<string, unknown>[];
  const keys = Object.keys(left ?? {});
  return keys.length === Object.keys(right ?? {}).length &&
    keys.every((key) => Object.hasOwn(b, key) && isSame(entry(left ?? {}, key), entry(right ?? {}, key)));
}

/** A value for a message, on one line and not too long. */
function brief(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}...` : text;
}

/** @throws `value_differs` */
function requireValue(values: Record<string, unknown>, key: string, expected: unknown): void {
  const found = Object.hasOwn(values, key) ? entry(values, key) : null;
  if (!isSame(found, expected)) throw fail("value_differs", { key, value: brief(found) });
}

export const STATE_TOOLS = [
  tool({
    name: "state_get",
    about: "The value of a key; without a key all, long ones as their size",
    effect: "reads",
    input: v.strictObject({
      key: optional(key),
      script,
      limit: optional(integer(`At most so many; ${LISTED} by default`, 1, 1000)),
      cursor: optional(text("End of the last answer")),
    }),
    async run({ subject: { store, id } }, { key, script, limit = LISTED, cursor }) {
      const values = valuesOf(await readNow(store, id), script) ?? {};
      if (key !== undefined) {
        if (!Object.hasOwn(values, key)) throw fail("no_such_key", { key, id });
        return { values: [{ key, value: entry(values, key) }] };
      }
      const keys = Object.keys(values).sort().filter((name) => cursor === undefined || name > cursor);
      const listed = page(keys, limit, LISTED_BYTES, (name) => listedValue(values, name));
      return { values: listed.items, ...listed.rest };
    },
  }),
  tool({
    name: "state_set",
    about: "Keep any JSON under a key, for all who work in this session",
    effect: "replaces",
    idempotent: true,
    input: v.strictObject({
      key,
      value: anyValue("What to keep"),
      if_equals: optional(anyValue("Only if it is this now; null: or none")),
      script,
    }),
    async run(call, { key, value, script, ...condition }) {
      checkedKey(key);
      await change(call, (draft) => {
        const values = valuesToChange(draft, script);
        if ("if_equals" in condition) requireValue(values, key, condition.if_equals);
        setEntry(values, key, value);
        remember(draft, call.subject.store.now(), "set", changed(key, script));
      });
      return { key };
    },
  }),
  tool({
    name: "state_incr",
    about: "Add to an integer under a key (0 without one)",
    effect: "adds",
    idempotent: false,
    input: v.strictObject({
      key,
      by: optional(integer("1 by default", Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)),
      script,
    }),
    async run(call, { key, by = 1, script }) {
      checkedKey(key);
      let value = 0;
      await change(call, (draft) => {
        value = increment(valuesToChange(draft, script), key, by);
        remember(draft, call.subject.store.now(), "incr", changed(key, script, { by }));
      });
      return { key, value };
    },
  }),
  tool({
    name: "state_unset",
    about: "Forget the value of a key",
    effect: "deletes",
    idempotent: true,
    input: v.strictObject({ key, script }),
    async run(call, { key, script }) {
      let existed = false;
      await change(call, (draft) => {
        const values = valuesOf(draft, script) ?? {};
        existed = Object.hasOwn(values, key);
        if (!existed) return false;
        delete values[key];
        remember(draft, call.subject.store.now(), "unset", changed(key, script));
      });
      return { key, existed };
    },
  }),
];
