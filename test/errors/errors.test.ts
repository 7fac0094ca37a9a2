import { describe, expect, test } from "bun:test";
import { BerthError, type Code, Exit, fail, kinds, quote } from "../../src/errors/errors.ts";
import { berth, run } from "../support/berth.ts";

interface AnyKind {
  readonly exit: number;
  readonly message: (data: unknown) => string;
  readonly hint: (data: unknown) => string;
  readonly example: Readonly<Record<string, unknown>>;
}

const all = Object.entries(kinds()) as unknown as readonly [Code, AnyKind][];

/** Texts that are fixed word for word, full stops and all. */
const VERBATIM: readonly string[] = ["MAX_SESSIONS", "ROLE_TAKEN"];
/** Names that other tools use as they are. */
const CODE = /^(?:[a-z][a-z0-9]*(?:_[a-z0-9]+)*|[A-Z]+(?:_[A-Z]+)*)$/;

describe.each(all)("%s", (code, { exit, message, hint, example }) => {
  const text = message(example);
  const next = hint(example);

  test("has an exit status of the table", () => {
    expect(Object.values(Exit) as number[]).toContain(exit);
    expect(exit).not.toBe(0);
    expect(code).toMatch(CODE);
  });

  test("is one line that begins like a sentence and has no final period", () => {
    expect(text).toMatch(/^["A-Z]/);
    expect(text).not.toMatch(/[\n\r]/);
    expect(text).not.toMatch(/undefined|\[object|NaN/);
    if (!VERBATIM.includes(code)) expect(text).not.toMatch(/\.$/);
  });

  test("says what to type next", () => {
    expect(next).toMatch(/^["A-Z]/);
    expect(next).not.toMatch(/[\n\r]|\.$|undefined|\[object/);
  });

  test("shows every value of its data that is short enough, text in quotes", () => {
    for (const value of Object.values(example)) {
      if (typeof value !== "string" || value.length > 60) continue;
      const whole = `${text}\n${next}`;
      expect(whole.includes(value) || whole.includes(JSON.stringify(value).slice(1, -1))).toBe(true);
    }
  });

  test("becomes an error with its code", () => {
    const error = fail(code, example as never, new Error("underneath"));
    expect(error).toBeInstanceOf(BerthError);
    expect([error.code, error.message, error.hint, error.exit]).toEqual([code, text, next, exit as never]);
    expect((error.cause as Error).message).toBe("underneath");
  });
});

test.each([
  ["a\nb\x1b[31m\x7f\x85", String.raw`"a\nb\u001b[31m\u007f\u0085"`],
  ["x\u202eevil\u2066\u200b", String.raw`"x\u202eevil\u2066\u200b"`],
  ['say "hi"', String.raw`"say \"hi\""`],
  ["", '""'],
])("the value %j stands in a message as %s", (value, shown) => {
  expect(quote(value)).toBe(shown);
});

test("a long value is cut", () => {
  expect(quote("x".repeat(100_000))).toBe(`"${"x".repeat(77)}..."`);
});

test("berth help errors lists every code with its status", async () => {
  const { stdout, status } = await run([berth, "help", "errors"]);
  expect(status).toBe(0);
  for (const [code, { exit }] of all) expect(stdout).toContain(`${code} (${exit})`);
  for (const exit of [...Object.values(Exit), 127]) expect(stdout).toContain(String(exit));
});

test("berth help errors --json is one object with all of them", async () => {
  const { stdout } = await run([berth, "help", "errors", "--json"]);
  const document = JSON.parse(stdout) as {
    schema: number;
    errors: { code: string; exit: number; example: string }[];
  };
  expect(document.schema).toBe(1);
  expect(document.errors.map(({ code, exit }) => [code, exit])).toEqual(
    all.map(([code, { exit }]) => [code, exit]),
  );
});

test.each([
  [["frobnicate"], "unknown_command", 2],
  [["id", "--bogus"], "unknown_option", 2],
  [["id", "--session-id"], "option_needs_value", 2],
  [["id", "--short=yes"], "option_takes_no_value", 2],
  [["id", "--scope", "tab"], "bad_option_value", 2],
  [["id", "x"], "unexpected_argument", 2],
  [["help", "frobnicate"], "unknown_topic", 2],
  [["id", "--session-id", "a--"], "empty_label", 2],
  [["id", "--session-id", "a\nb"], "control_in_label", 2],
  [["id", "--session-id", "a b--c"], "bad_namespace", 2],
  [["id", "--session-id", `${"n".repeat(61)}--c`], "namespace_too_long", 2],
  [["explain", "--record", "/nonexistent/x"], "write_failed", 1],
])("berth %p --json fails with one JSON object: %s", async (args, code, exit) => {
  const { stdout, stderr, status } = await run([berth, "--json", ...args]);
  expect(stdout).toBe("");
  expect(status).toBe(exit);
  expect(stderr).toEndWith("}\n");
  const { error, ...rest } = JSON.parse(stderr) as { error: { code: string; message: string; hint: string } };
  expect(rest).toEqual({});
  expect(Object.keys(error)).toEqual(["code", "message", "hint"]);
  expect(error.code).toBe(code);
  expect([error.message, error.hint]).not.toContain("");
});

test("without --json a failure is a line and a hint", async () => {
  const { stdout, stderr, status } = await run([berth, "exlpain"]);
  expect({ stdout, stderr, status }).toEqual({
    stdout: "",
    stderr: 'berth: Unknown command "exlpain"\n  hint: Did you mean "explain"?\n',
    status: 2,
  });
});
