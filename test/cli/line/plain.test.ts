import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Command, Input } from "../../../src/cli/command.ts";
import { parseArguments } from "../../../src/cli/line/arguments.ts";
import { GLOBAL_OPTIONS } from "../../../src/cli/line/globals.ts";
import { plainInput, spellings } from "../../../src/cli/line/plain.ts";
import { COMMANDS } from "../../../src/cli/table.ts";

const commands = await Promise.all(
  Object.entries(COMMANDS).map(async ([name, entry]) => ({ name, command: await entry.load() })),
);

/** An option that was not given is false for the parser where its name begins with `no-`, and absent otherwise. */
const told = ({ args, options, rest }: Input) => ({
  args: [...args],
  options: Object.fromEntries(Object.entries(options).filter(([, value]) => value !== false)),
  rest,
});

/** Words that somebody may type behind a command: its options, whole and cut, with and without values, and others. */
function wordsFor({ options = [] }: Command): fc.Arbitrary<string[]> {
  const known = [...GLOBAL_OPTIONS, ...options];
  const values = known.flatMap(({ oneOf = [] }) => oneOf);
  const value = fc.oneof(
    fc.constantFrom(
      "",
      "-",
      "a",
      "007",
      "1e3",
      "true",
      "no",
      "-1",
      "-x",
      "--json",
      "a.b",
      "a=b",
      "日本",
      "__proto__",
    ),
    fc.constantFrom("3", "0.5", ...values),
    fc.string(),
  );
  const spelled = fc.constantFrom(...known.flatMap(spellings));
  const word = fc.oneof(
    { weight: 4, arbitrary: spelled },
    { weight: 4, arbitrary: value },
    fc.tuple(spelled, value).map(([option, given]) => `${option}=${given}`),
    spelled.map((option) => option.slice(0, -1)),
    spelled.map((option) => option.replace(/^--(no-)?/, "--no-")),
    fc.constantFrom("--constructor", "--toString", "-qd", "--q", "---", "--json.a"),
  );
  return fc.array(word, { maxLength: 4 }).map((words) => words.filter((one) => one !== "--"));
}

describe("what is taken without the option parser is what the option parser says:", () => {
  test.each(commands)("$name", ({ name, command }) => {
    const rest = fc.option(fc.array(fc.string(), { maxLength: 3 }), { nil: undefined });
    fc.assert(
      fc.property(wordsFor(command), rest, (words, rest) => {
        const plain = plainInput(command, words, rest);
        if (plain === undefined) return;
        expect(told(plain)).toEqual(told(parseArguments(name, command, words, rest)));
      }),
      { numRuns: 400 },
    );
  });
});

describe("the usual command lines take no option parser:", () => {
  test.each([
    ["id", "--json", {}],
    ["set", "key value", {}],
    ["set", "--json-value key 7", {}],
    ["get", "key --json", {}],
    ["incr", "key -1", {}],
    ["list", "--here --git", {}],
    ["list", "--state=active --sort name", {}],
    ["destroy", "--cleanup work", {}],
    ["destroy", "work --force --no-hooks", {}],
    ["finish", "work", {}],
    ["new", "work -d", { rest: ["sleep", "1"] }],
    ["run", "work", { rest: ["make", "-j4"] }],
    ["wait", "work --until idle --session-id 7", {}],
    ["status-line", "--format json", {}],
    ["set", "key value --wait 0.5", {}],
  ])("berth %s %s", (name, line, { rest }: { rest?: string[] }) => {
    const command = commands.find((one) => one.name === name)?.command as Command;
    const input = plainInput(command, line.split(" "), rest);
    expect(input && told(input)).toEqual(told(parseArguments(name, command, line.split(" "), rest)));
  });
});

describe("what is out of the ordinary is left to it:", () => {
  test.each([
    ["destroy", "work --cleanup --cleanup"],
    ["destroy", "work --clean"],
    ["destroy", "work other"],
    ["destroy", "--cleanup=yes work"],
    ["get", "--help"],
    ["get", "key -x"],
    ["set", ""],
    ["set", "key value --wait soon"],
    ["list", "--state"],
    ["list", "--state="],
    ["list", "--state sleepy"],
    ["list", "-qd"],
  ])("berth %s %s", (name, line) => {
    const command = commands.find((one) => one.name === name)?.command as Command;
    expect(plainInput(command, line.split(" ").filter((word) => word !== ""), undefined)).toBeUndefined();
  });
});
