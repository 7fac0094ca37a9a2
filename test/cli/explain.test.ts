import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { playback, type Recording } from "../../src/facts/recording.ts";
import { berth, run, scratch } from "../support/berth.ts";
import { decide } from "../support/machine.ts";
import { Terminal } from "../support/terminal.ts";

const home = scratch();
const out = `${home}/out`;
let terminal: Terminal;

beforeAll(() => {
  terminal = new Terminal(["bash", "--norc", "-i"], {
    home,
    env: { SECRET_TOKEN: "hunter2-variable", AWS_SECRET_ACCESS_KEY: "hunter2-key", STY: "1.hunter" },
  });
});

afterAll(() => terminal.close());

interface Document {
  readonly schema: number;
  readonly id: string;
  readonly source: string;
  readonly anchor: { pid: number; name: string; start: string; tty: string } | null;
  readonly chain: {
    pid: number;
    ppid: number;
    name: string;
    sid: number;
    tty: string | null;
    start: string;
  }[];
  readonly hints: { name: string; verdict: string; reason: string }[];
  readonly timings: { total: number; decision: number };
}

describe("berth explain --record FILE", () => {
  test("plays back to the same decision, and holds nothing that is not needed", async () => {
    const file = `${home}/machine.json`;
    writeFileSync(`${home}/hunter2-script`, `exec ${berth} "$@" 2>/dev/null\n`);
    const inner = `bash -e ${home}/hunter2-script explain --json --record ${file}`;
    const text = await terminal.line(`PASSWORD=hunter2 script -qec "${inner}" /dev/null`, out);
    const printed = JSON.parse(text) as Document;
    const recorded = readFileSync(file, "utf8");
    expect(recorded).not.toContain("hunter2");
    expect(recorded).not.toContain("SECRET");
    expect(recorded).not.toContain(home);
    expect(statSync(file).mode & 0o777).toBe(0o600);

    const recording = JSON.parse(recorded) as Recording;
    expect(recording.recording).toBe(1);
    expect(recording.variables).toEqual({ STY: "1.hunter" });
    const again = decide(playback(recording));
    expect(again.id).toBe(printed.id);
    expect(again.source).toBe(printed.source as typeof again.source);
    expect(again.hints).toEqual(printed.hints as unknown as typeof again.hints);
    expect(again.chain.map(({ pid }) => pid)).toEqual(printed.chain.map(({ pid }) => pid));
    expect(printed.id).toBe(await terminal.line(`${berth} id`, out));
  });

  test("never writes over anything, through no link, and says so", async () => {
    const file = `${home}/precious`;
    writeFileSync(file, "mine");
    for (const target of [file, home, `${home}/none/x`]) {
      const { stdout, stderr, status } = await run([berth, "explain", "--record", target]);
      expect([stdout, status]).toEqual(["", 1]);
      expect(stderr).toContain(`Cannot write to ${JSON.stringify(target)}`);
    }
    await run(["ln", "-s", `${home}/elsewhere`, `${home}/link`]);
    expect((await run([berth, "explain", "--record", `${home}/link`])).status).toBe(1);
    expect([readFileSync(file, "utf8"), existsSync(`${home}/elsewhere`)]).toEqual(["mine", false]);
  });
});

describe("berth explain", () => {
  test("--json has the documented shape, and its anchor leads the terminal", async () => {
    const document = JSON.parse(await terminal.line(`${berth} explain --json`, out)) as Document;
    expect(Object.keys(document)).toEqual([
      "schema",
      "id",
      "source",
      "stable",
      "anchor",
      "chain",
      "hints",
      "timings",
      "worktree",
    ]);
    expect(document).toMatchObject({
      schema: 1,
      source: "deep-anchor",
      anchor: { pid: terminal.pid, name: "bash" },
    });
    expect(document.anchor?.tty).toMatch(/^\/dev\/pts\/\d+$/);
    expect(document.hints).toEqual([
      { name: "STY", verdict: "passed over", reason: "inherited: its server did not open this terminal" },
    ]);
    for (const process of document.chain) {
      expect(Object.keys(process).slice(0, 6)).toEqual(["pid", "ppid", "name", "sid", "tty", "start"]);
    }
    expect(document.timings.total).toBeGreaterThanOrEqual(document.timings.decision);
  });

  test("draws the chain with the anchor marked and every hint with its reason", async () => {
    const page = await terminal.line(`${berth} explain`, out);
    expect(page).toMatch(
      new RegExp(`^\\* .*bash ${terminal.pid} \\(leads its session\\) /dev/pts/\\d+  <- the anchor$`, "m"),
    );
    expect(page).toMatch(/^ {2,}berth \d+ \/dev\/pts\/\d+ {2}<- this command$/m);
    expect(page).toContain("  STY: passed over, inherited: its server did not open this terminal");
  });

  test("a process of a hostile name obeys nobody's terminal", async () => {
    const page = await terminal.line(
      `bash -c 'printf "\\033[31m) x" > /proc/$$/comm; ${berth} explain; true'`,
      out,
    );
    // deno-lint-ignore no-control-regex -- control characters are what is looked for
    expect(page.replaceAll("\n", "")).not.toMatch(/[\x00-\x1f\x7f]/);
    expect(page).toMatch(/ \?\[31m\) x \d+/);
    expect(page.split("\n")[0]).toBe(await terminal.line(`${berth} id`, out));
  });
});

describe("berth doctor", () => {
  const CLEAN = "Nothing is wrong: every fact that berth needs can be read here, and the store is whole";

  test("has no warnings in a plain terminal, in its scripts, and below sudo's like", async () => {
    expect(await terminal.line(`${berth} doctor`, out)).toBe(CLEAN);
    expect(await terminal.line(`env -i ${berth} doctor`, out)).toBe(CLEAN);
    expect(await terminal.line(`setsid -w sh -c '${berth} doctor; true'`, out)).toBe(CLEAN);
    const document = JSON.parse(await terminal.line(`${berth} doctor --json`, out)) as unknown;
    expect(document).toEqual({ schema: 1, ok: true, findings: [] });
  });

  test("nor in tmux", async () => {
    const socket = `${home}/sock`;
    const tmux = (...args: string[]) =>
      run(["tmux", "-S", socket, "-f", "/dev/null", ...args], { env: { HOME: home } });
    await tmux(
      "new-session",
      "-d",
      "-s",
      "doctor",
      `${berth} doctor > ${home}/doctor 2>&1; ${berth} id >> ${home}/doctor; tmux wait -S done`,
    );
    await tmux("wait", "done");
    expect(readFileSync(`${home}/doctor`, "utf8")).toMatch(new RegExp(`^${CLEAN}\ntmux--[0-9a-f]{64}\n$`));
  });

  test("nor in a namespace as a container has it", async () => {
    const namespace = process.getuid?.() === 0 ? ["unshare", "-m"] : ["unshare", "-r", "-m"];
    const { stdout, status } = await run([
      ...namespace,
      "-p",
      "-f",
      "--mount-proc",
      "sh",
      "-c",
      `${berth} doctor; ${berth} id`,
    ]);
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`^${CLEAN}\nanchor--[0-9a-f]{64}\n$`));
  });

  test("says that a TMUX is stale, and that this is no fault", async () => {
    const { stdout, status } = await run([berth, "doctor"], { env: { TMUX: "/tmp/no-such-socket,1,0" } });
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^note: TMUX is set, but its server gives no answer \(.+\)\n {2}hint: Type "unset TMUX TMUX_PANE"/,
    );
  });
});
