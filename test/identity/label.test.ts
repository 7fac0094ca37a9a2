import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { BerthError, type Code } from "../../src/errors/errors.ts";
import { shortId, splitId } from "../../src/identity/id.ts";
import { formatLabel, isCanonical, MAX_LENGTH } from "../../src/identity/label.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const format = (label: string) => formatLabel(label, sha256);

const A = "a".repeat(73);

test.each([
  ["my-session", "ex--my-session_01"],
  ["user/name", "ex--user_name_94d046a42abcfaae"],
  ["foo/bar", "ex--foo_bar_cc5d46bdb4991c6e"],
  ["foo_bar_cc5d46bdb4991c6e", "ex--foo_bar_cc5d46bdb4991c6e_4d"],
  ["ex--foo", "ex--foo_2c"],
  ["custom--my-value", "custom--my-value_5a"],
  ["C:\\Users\\hack", "ex--C__Users_hack_a45202fda6ac99f2"],
  ["session-日本語", "ex--session-____045a79497d6607c7"],
  [A, `ex--${A}_0e`],
  [`${A}a`, `ex--${"a".repeat(59)}_f638359d0db860cf`],
])("the label %j is spelled %s", (label, id) => {
  expect(format(label)).toBe(id);
  expect(format(id)).toBe(id);
});

test.each([
  [`anchor--${"0a".repeat(32)}`],
  [`tmux--${"f".repeat(64)}`],
  ["uuid--0190163d-8694-739b-aea5-966c26f8ad90"],
  ["ex--0190163d-8694-739b-aea5-966c26f8ad90"],
  ["custom--anything_0123456789abcdef"],
])("the ID %s stays itself", (id) => {
  expect(isCanonical(id, sha256)).toBe(true);
  expect(format(id)).toBe(id);
});

test.each([
  [`anchor--${"0A".repeat(32)}`, "uppercase digits"],
  [`anchor--${"0a".repeat(31)}`, "too few digits"],
  [`mine--${"0a".repeat(32)}`, "a namespace that is not ours"],
  [`${"0a".repeat(32)}`, "no namespace"],
  ["ex--foo_2d", "another value's digits"],
  ["ex--_2c", "nothing before the digits"],
  ["custom--_0123456789abcdef", "nothing before the hash"],
  [`ex--${"a".repeat(64)}_0123456789abcdef`, "more than 80 characters"],
])("%s is a label and no ID: %s", (label) => {
  expect(isCanonical(label, sha256)).toBe(false);
  expect(format(label)).not.toBe(label);
});

function codeOf(label: string): Code | undefined {
  try {
    format(label);
    return undefined;
  } catch (error) {
    if (error instanceof BerthError) return error.code;
    throw error;
  }
}

test.each<[string, Code]>([
  ["", "empty_label"],
  ["--", "empty_label"],
  ["--payload", "empty_label"],
  ["team--", "empty_label"],
  ["a\nb", "control_in_label"],
  ["a\0b", "control_in_label"],
  ["a\x7f", "control_in_label"],
  ["a\x85", "control_in_label"],
  ["\x1b[31m", "control_in_label"],
  ["my team--x", "bad_namespace"],
  ["équipe--x", "bad_namespace"],
  ["a/b--x", "bad_namespace"],
  [`${"n".repeat(61)}--x`, "namespace_too_long"],
])("the label %j is refused: %s", (label, code) => {
  expect(codeOf(label)).toBe(code);
});

test("the longest namespace leaves room for a payload", () => {
  const id = format(`${"n".repeat(60)}--${"x".repeat(100)}`);
  expect(id).toHaveLength(MAX_LENGTH);
  expect(id).toMatch(/^n{60}--x_[0-9a-f]{16}$/);
});

/** Labels that formatLabel takes, most of them near the edges: long, with separators, with suffixes of ours. */
const payload = fc.oneof(
  fc.string({ unit: "binary", minLength: 1, maxLength: 120 }),
  fc.string({
    unit: fc.constantFrom("a", "_", "-", ".", "/", "é", "日", "😀", " "),
    minLength: 1,
    maxLength: 90,
  }),
  fc.string({ unit: fc.constantFrom("0", "a", "f", "_"), minLength: 1, maxLength: 30 }),
  fc.string({ unit: fc.constantFrom("0", "a", "f"), minLength: 62, maxLength: 66 }),
);
const namespace = fc.string({
  unit: fc.constantFrom("a", "Z", "9", ".", "_", "-"),
  minLength: 1,
  maxLength: 60,
});
const label = fc.oneof(payload, fc.tuple(namespace, payload).map(([n, p]) => `${n}--${p}`))
  .filter((text) => codeOf(text) === undefined);

test("an ID is of its alphabet, has a namespace and at most 80 characters", () => {
  fc.assert(fc.property(label, (label) => {
    const id = format(label);
    expect(id).toMatch(/^[A-Za-z0-9._-]+--[A-Za-z0-9._-]+$/);
    expect(id.length).toBeLessThanOrEqual(MAX_LENGTH);
  }));
});

test("spelling an ID again leaves it as it is, so it can be given back", () => {
  fc.assert(fc.property(label, (label) => {
    const id = format(label);
    expect(isCanonical(id, sha256)).toBe(true);
    expect(format(id)).toBe(id);
  }));
});

const plain = label.filter((text) => !text.startsWith("ex--") && !isCanonical(text, sha256));

test("two labels are two IDs", () => {
  const similar = plain.chain((text) =>
    fc.tuple(
      fc.constant(text),
      fc.oneof(
        plain,
        // The nearest misses: what an ID looks like, replaced characters, one character more.
        fc.constantFrom(splitId(format(text)).payload, text.replace(/[^A-Za-z0-9._-]/u, "_"), `${text}_`),
      ),
    )
  ).filter(([one, other]) =>
    one !== other && codeOf(other) === undefined && !other.startsWith("ex--") && !isCanonical(other, sha256)
  );
  fc.assert(fc.property(similar, ([one, other]) => {
    expect(format(one)).not.toBe(format(other));
  }));
});

test("a label never becomes the ID of something that was found", () => {
  fc.assert(fc.property(plain, (label) => {
    expect(format(label)).not.toMatch(/^(tmux|screen|zellij|ssh|terminal|anchor|uuid)--[0-9a-f]{64}$/);
  }));
});

test("what can be a label is one or a usage error, and nothing else", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
    codeOf(text);
  }));
});

test("a label of 100 kB is spelled like any other", () => {
  const id = format("x/".repeat(50_000));
  expect(id).toHaveLength(MAX_LENGTH);
  expect(id).not.toBe(format("x/".repeat(50_001)));
});

test("the short form is the namespace and 12 characters", () => {
  expect(shortId(`anchor--${"0a".repeat(32)}`)).toBe("anchor--0a0a0a0a0a0a");
  expect(shortId("ex--foo_2c")).toBe("ex--foo_2c");
  fc.assert(fc.property(label, (label) => {
    const id = format(label);
    expect(id.startsWith(shortId(id))).toBe(true);
    expect(splitId(shortId(id)).payload.length).toBeLessThanOrEqual(12);
  }));
});
