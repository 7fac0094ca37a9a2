import { describe, expect, test } from "bun:test";
import { COMMANDS } from "../../src/cli/table.ts";
import { berth, run } from "../support/berth.ts";

const call = (...args: string[]) => run([berth, ...args]);
const labelled = async (...args: string[]) => (await call("id", ...args)).stdout.trim();

describe("values stay the texts that were typed:", () => {
  test.each([
    ["007", "ex--007_"],
    ["1e3", "ex--1e3_"],
    ["0x10", "ex--0x10_"],
    ["true", "ex--true_"],
    ["false", "ex--false_"],
    ["null", "ex--null_"],
    ["1.0", "ex--1.0_"],
    ["a=b", "ex--a_b_"],
    ["a.b", "ex--a.b_"],
    [" ", "ex--__"],
    ["'\"`$(x)", "ex--_"],
    ["日本", "ex--___"],
  ])("--session-id %s", async (value, start) => {
    const separate = await labelled("--session-id", value);
    expect(separate).toStartWith(start);
    expect(await labelled(`--session-id=${value}`)).toBe(separate);
    expect((await run([berth, "id"], { env: { BERTH_SESSION: value } })).stdout.trim()).toBe(separate);
  });

  test("-5 is a value behind an option that takes one", async () => {
    expect(await labelled("--session-id", "-5")).toStartWith("ex---5_");
    expect(await labelled("--session-id=-5")).toStartWith("ex---5_");
  });

  test("two of them are two sessions", async () => {
    const ids = await Promise.all(
      ["7", "07", "007", "7.0", "1e3", "1000"].map((v) => labelled("--session-id", v)),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });
});

test.each([
  [["id", "--session-id", ""]],
  [["id", "--session-id="]],
  [["id", "--session-id"]],
  [["--session-id=", "id"]],
  [["--session-id"]],
  [["id", "--scope="]],
])("berth %p: an empty value is a usage error", async (args) => {
  const { stdout, stderr, status } = await call(...args);
  expect([stdout, status]).toEqual(["", 2]);
  expect(stderr).toContain("needs a value that is not empty");
});

test("an empty BERTH_SESSION is none", async () => {
  const { stdout } = await run([berth, "id", "--json"], { env: { BERTH_SESSION: "" } });
  expect(JSON.parse(stdout)).toMatchObject({ source: expect.not.stringContaining("explicit") });
});

test("options stand before and behind the command; the last of two counts", async () => {
  const expected = { schema: 1, id: "ex--x_2d", source: "explicit-flag", scope: "pane", stable: true };
  const orders = [
    ["--session-id", "x", "--scope", "pane", "--json", "id"],
    ["id", "--session-id", "x", "--scope", "pane", "--json"],
    ["--json", "id", "--scope=pane", "--session-id=x"],
    ["--session-id", "id", "id", "--session-id", "x", "--scope=session", "--scope=pane", "--json", "--json"],
  ];
  for (const args of orders) {
    const { stdout, stderr, status } = await call(...args);
    expect([stderr, status]).toEqual(["", 0]);
    expect(JSON.parse(stdout)).toMatchObject(expected);
  }
});

test("a word behind an option that takes a value is that value, even a command's name", async () => {
  expect((await call("--session-id", "doctor", "id")).stdout).toStartWith("ex--doctor_");
});

describe("usage errors, exit status 2, nothing on stdout:", () => {
  test.each([
    [["exlpain"], 'Unknown command "exlpain"', 'Did you mean "explain"?'],
    [["frobnicate"], 'Unknown command "frobnicate"', 'Type "berth help" for the list of commands'],
    [[""], 'Unknown command ""', 'Type "berth help"'],
    [["-"], 'Unknown command "-"', 'Type "berth help"'],
    [["ID"], 'Unknown command "ID"', ""],
    [["__proto__"], 'Unknown command "__proto__"', 'Type "berth help"'],
    [["constructor"], 'Unknown command "constructor"', 'Type "berth help"'],
    [["id", "--jsno"], 'Unknown option "--jsno" for "berth id"', 'Did you mean "--json"?'],
    [["id", "--sessionId", "x"], 'Unknown option "--sessionId"', 'Did you mean "--session-id"?'],
    [["id", "--frobnicate"], 'Unknown option "--frobnicate"', 'Type "berth help id" for its options'],
    [["id", "--__proto__=x"], 'Unknown option "--__proto__"', 'Type "berth help id"'],
    [
      ["id", "--constructor.prototype.x=y"],
      'Unknown option "--constructor.prototype.x"',
      'Type "berth help id"',
    ],
    [["id", "-5"], 'Unknown option "-5" for "berth id"', ""],
    [["id", "-x"], 'Unknown option "-x" for "berth id"', ""],
    [["--frobnicate"], 'Unknown option "--frobnicate" for "berth"', 'Type "berth help" for its options'],
    [["-5"], 'Unknown option "-5" for "berth"', ""],
    [["id", "--no-json"], 'Unknown option "--no-json"', 'Did you mean "--json"?'],
    [["id", "--json=true"], 'Option "--json" takes no value, "true" given', 'Type "--json" alone'],
    [["id", "--short="], 'Option "--short" takes no value, "" given', 'Type "--short" alone'],
    [["id", "x"], 'Unexpected argument "x" for "berth id"', 'Type "berth id"'],
    [["id", "x", "y"], 'Unexpected argument "x" for "berth id"', 'Type "berth id"'],
    [["help", "id", "errors"], 'Unexpected argument "errors" for "berth help"', 'Type "berth help [topic]"'],
    [["help", "exlpain"], 'No help on "exlpain"', 'Did you mean "explain"?'],
    [
      ["id", "--scope", "tab"],
      'Option "--scope" wants pane, window or session, "tab" given',
      'Type "--scope" with',
    ],
    [
      ["id", "--scope", "PANE"],
      'Option "--scope" wants pane, window or session, "PANE" given',
      'Type "--scope" with',
    ],
    [["explain", "--record"], 'Option "--record" needs a value', 'Type "--record VALUE"'],
  ])("berth %p", async (args, message, hint) => {
    const { stdout, stderr, status } = await call(...args);
    expect([stdout, status]).toEqual(["", 2]);
    const [first = "", second = ""] = stderr.split("\n");
    expect(first).toStartWith(`berth: ${message}`);
    expect(second).toStartWith("  hint: ");
    expect(second).toContain(hint);
  });
});

describe("help and version:", () => {
  test.each([["help"], ["--help"], ["-h"]])("berth %s lists every command", async (word) => {
    const { stdout, stderr, status } = await call(word);
    expect([stderr, status]).toEqual(["", 0]);
    for (const [name, { about, hidden }] of Object.entries(COMMANDS)) {
      expect(new RegExp(`^  ${name}\\b`, "m").test(stdout)).toBe(!hidden);
      expect(stdout.includes(about)).toBe(!hidden);
    }
  });

  // `berth help --help` is the list of all.
  const documented = Object.keys(COMMANDS).filter((name) => name !== "help");
  test.each(documented.map((name) => [name]))("berth help %s is what its --help shows", async (name) => {
    const { stdout, stderr, status } = await call("help", name);
    expect([stderr, status]).toEqual(["", 0]);
    expect(stdout).toContain(`\nUsage: berth ${name}`);
    expect(stdout).toContain("--session-id <label>");
    expect(await call(name, "--help")).toEqual({ stdout, stderr, status });
    expect(await call(name, "-h")).toEqual({ stdout, stderr, status });
    expect(await call("--help", name)).toEqual({ stdout, stderr, status });
  });

  test("the version, however it is asked for", async () => {
    const { stdout } = await call("version");
    expect(stdout).toMatch(
      /^berth \d+\.\d+\.\d+ \((?:[0-9a-f]{12}(?:-dirty)?|unknown), [a-z]+-[a-z0-9]+(-musl)?\)\n$/,
    );
    for (const args of [["--version"], ["-V"], ["id", "--version"], ["-V", "id"]]) {
      expect((await call(...args)).stdout).toBe(stdout);
    }
    const document = JSON.parse((await call("--version", "--json")).stdout) as Record<string, unknown>;
    expect(Object.keys(document)).toEqual(["schema", "version", "commit", "target"]);
  });

  test("berth alone says where you are and what to type next", async () => {
    const { stdout, stderr, status } = await run([berth], { env: { BERTH_SESSION: "mine" } });
    expect([stderr, status]).toEqual(["", 0]);
    expect(stdout).toMatch(/^You are in session ex--mine_[0-9a-f]{2}: given by BERTH_SESSION\.\n/);
    for (const next of ["berth id", "berth explain", "berth doctor", "berth help"]) {
      expect(stdout).toContain(next);
    }
  });
});

describe("what berth id prints:", () => {
  const env = { BERTH_SESSION: `team--${"x".repeat(100)}` };

  test("--short, --json and both agree", async () => {
    const id = (await run([berth, "id"], { env })).stdout.trim();
    const short = (await run([berth, "id", "--short"], { env })).stdout.trim();
    expect(short).toBe("team--xxxxxxxxxxxx");
    expect(JSON.parse((await run([berth, "id", "--json"], { env })).stdout)).toEqual({
      schema: 1,
      id,
      short,
      namespace: "team",
      source: "explicit-env",
      scope: "session",
      stable: true,
    });
  });

  test("an ID can be given back", async () => {
    const { stdout: id } = await run([berth, "id"]);
    expect((await call("id", "--session-id", id.trim())).stdout).toBe(id);
  });
});

describe("long and strange arguments:", () => {
  const long = "x".repeat(100_000);

  test.each([
    [[long], "Unknown command"],
    [["id", `--${long}`], "Unknown option"],
    [["id", long], "Unexpected argument"],
    [["id", "--scope", long], "wants pane"],
    [["help", long], "No help on"],
    [["id", "--session-id", `${long}--x`], "100000 characters long"],
  ])("100 kB in %#: %s", async (args, message) => {
    const { stdout, stderr, status } = await call(...args);
    expect([stdout, status]).toEqual(["", 2]);
    expect(stderr).toContain(message);
    expect(stderr.length).toBeLessThan(400);
  });

  test("a label of 100 kB is a label", async () => {
    const id = await labelled("--session-id", long);
    expect(id).toMatch(/^ex--x{59}_[0-9a-f]{16}$/);
    expect(await labelled("--session-id", `${long}x`)).not.toBe(id);
  });

  test("two thousand arguments", async () => {
    expect((await call("id", ...Array(2000).fill("x"))).status).toBe(2);
  });

  test("bytes that are no UTF-8", async () => {
    for (const bytes of ["\\377\\376", "a\\200b", "\\355\\240\\200", "\\300\\257"]) {
      const { stdout, stderr, status } = await run([
        "sh",
        "-c",
        `exec "$0" id --session-id "$(printf '${bytes}')"`,
        berth,
      ]);
      // As U+FFFD two labels would be one session.
      expect([stdout, status]).toEqual(["", 2]);
      expect(stderr).toContain("no UTF-8 text");
      const command = await run(["sh", "-c", `exec "$0" "$(printf '${bytes}')"`, berth]);
      expect([command.stdout, command.status]).toEqual(["", 2]);
    }
  });

  test("control characters in an argument reach no terminal", async () => {
    for (
      const args of [["\x1b[31mx"], ["id", "\x1b]0;x\x07"], ["id", "--\x1b[2J"], [
        "id",
        "--session-id",
        "\x1b[31m",
      ]]
    ) {
      const { stderr, status } = await call(...args);
      expect(status).toBe(2);
      // deno-lint-ignore no-control-regex -- control characters are what is looked for
      expect(stderr.replaceAll("\n", "")).not.toMatch(/[\x00-\x1f\x7f]/);
    }
  });
});

test.each(["id", "set key value", "list"])(
  "berth %s is over before the engine has anything compiled, which starts threads",
  async (line) => {
    const label = { BERTH_SESSION: "compiled-or-not" };
    const { stdout, stderr, status } = await run([berth, ...line.split(" ")], {
      env: { ...label, BUN_JSC_reportBaselineCompileTimes: "1" },
    });
    expect(`${stdout}${stderr}`).not.toContain("using Baseline");
    expect(status).toBe(0);
  },
);
