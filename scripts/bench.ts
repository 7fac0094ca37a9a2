/**
 * Figures as ratios against something in the same run: `npm run bench`. Rounds are interleaved and shuffled, so
 * that whatever else the machine does meets all programs alike; a ratio is one of medians.
 */
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { agents } from "./bench-agents.ts";
import { prompts, starts } from "./bench-prompt.ts";
import { fleet } from "./bench-fleet.ts";
import { installation } from "./bench-install.ts";
import { looks } from "./bench-look.ts";
import { gitLists } from "./bench-list-git.ts";
import { mcp } from "./bench-mcp.ts";
import { top } from "./bench-top.ts";
import { ends, lists, sessions } from "./bench-sessions.ts";
import { build, compile } from "./build.ts";
import { measure, ROUNDS, table } from "./measure.ts";
import { ownTarget } from "./targets.ts";

/** Copies of one binary differ by a twentieth in how the page cache holds them. */
const COPIES = 4;

/** `berth id` and the empty program, by turns and each in several copies. */
function idAndEmpty(directory: string, before: readonly string[] = [], env = {}): Map<string, number> {
  const programs = Array.from({ length: COPIES }, (_, copy) =>
    ["empty", "berth"].map((name) => {
      const file = `${directory}/${name}-${copy}`;
      if (!existsSync(file)) copyFileSync(`${directory}/${name}`, file);
      return name === "empty"
        ? { name, command: [...before, file], env }
        : { name: "id", command: [...before, file, "id"], env };
    }));
  return measure(programs.flat(), Math.ceil(ROUNDS / COPIES));
}

/** The measurement in a terminal, which is where `berth id` is typed; see `inTerminal`. */
function plain(directory: string): boolean {
  const berth = `${directory}/berth`;
  const empty = { name: "empty", command: [`${directory}/empty`] };
  // One at a time: what syncs a disk disturbs the others for longer than they live.
  const id = idAndEmpty(directory);
  const help = measure([empty, { name: "help", command: [berth, "help"] }]);
  const set = measure([
    { name: "keep", command: [`${directory}/keep`, directory] },
    { name: "set", command: [berth, "set", "key", "value"], env: { BERTH_HOME: `${directory}/store` } },
  ]);
  const within = [
    table(id, [{ what: "berth id in a plain terminal", of: ["id"], against: ["empty"], budget: 1.25 }]),
    table(help, [{ what: "berth help", of: ["help"], against: ["empty"], budget: 3 }]),
    table(set, [{ what: "berth set, its event included", of: ["set"], against: ["keep"], budget: 2.0 }]),
  ];
  return within.every(Boolean);
}

/** What one state change cannot do without: a file that is written, synced and renamed, and its directory synced. */
const KEEP = `import { closeSync, fsyncSync, openSync, renameSync, writeSync } from "node:fs";
const [, , directory] = process.argv;
const file = openSync(directory + "/kept.tmp", "w", 0o600);
writeSync(file, "x".repeat(500));
fsyncSync(file);
closeSync(file);
const folder = openSync(directory, "r");
renameSync(directory + "/kept.tmp", directory + "/kept");
fsyncSync(folder);
closeSync(folder);
`;

/** In a real pane; no process is started to ask the server. */
function tmux(directory: string): boolean {
  const { TMUX = "", TMUX_PANE = "" } = process.env;
  const medians = idAndEmpty(directory, [], { TMUX, TMUX_PANE });
  return table(medians, [{ what: "berth id in tmux", of: ["id"], against: ["empty"], budget: 1.5 }]);
}

/** As a job has it: no terminal, every stream redirected. There is no budget for it but that of a pane. */
function withoutTerminal(directory: string): boolean {
  return table(idAndEmpty(directory, ["setsid", "--wait"]), [{
    what: "berth id without a terminal",
    of: ["id"],
    against: ["empty"],
    budget: 1.5,
  }]);
}

/**
 * Run a part of this program at an interactive shell of a terminal of its own, started as terminal emulators start it
 * and with no profile, whose parent is gone: a person's shell is no child of a deep chain of tools.
 */
async function inTerminal(part: string, directory: string): Promise<boolean> {
  const result = `${directory}/${part}.txt`;
  Bun.spawnSync(["setsid", "--fork", process.execPath, import.meta.path, "terminal", part, directory]);
  while (!await Bun.file(`${result}.status`).exists()) await Bun.sleep(100);
  console.log((await Bun.file(result).text()).trimEnd());
  return (await Bun.file(`${result}.status`).text()).trim() === "0";
}

async function openTerminal(part: string, directory: string): Promise<void> {
  const [result, line] = [
    `${directory}/${part}.txt`,
    `${process.execPath} ${import.meta.path} ${part} ${directory}`,
  ];
  const child = Bun.spawn(["bash"], {
    env: { ...process.env, HOME: directory },
    terminal: { cols: 80, rows: 24, data() {} },
  });
  child.terminal?.write(
    `${line} > ${result}; echo $? > ${result}.new; mv ${result}.new ${result}.status; exit\n`,
  );
  await child.exited;
}

/** The same in a pane of a tmux server of its own. */
async function inTmux(directory: string): Promise<boolean> {
  const [result, socket] = [`${directory}/tmux.txt`, `${directory}/socket`];
  const line =
    `${process.execPath} ${import.meta.path} tmux ${directory} > ${result} 2>&1; echo $? > ${result}.status`;
  const call = (...args: string[]) => Bun.spawnSync(["tmux", "-S", socket, "-f", "/dev/null", ...args]);
  call("new-session", "-d", "-e", `HOME=${directory}`, "bash");
  call("send-keys", line, "Enter");
  while (!await Bun.file(`${result}.status`).exists()) await Bun.sleep(100);
  console.log((await Bun.file(result).text()).trimEnd());
  const status = await Bun.file(`${result}.status`).text();
  call("kill-server");
  return status.trim() === "0";
}

function named(directory: string): boolean {
  const { medians, rows } = sessions(directory, `${directory}/berth`);
  return table(medians, rows);
}

function ended(directory: string): boolean {
  const { medians, rows } = ends(directory, `${directory}/berth`);
  return table(medians, rows);
}

function listed(directory: string): boolean {
  const [thousand, all] = lists(directory, `${directory}/berth`);
  console.log(
    `${"berth list of 10,000 sessions".padEnd(40)} ${all.toFixed(0).padStart(7)} ms, budget 1000;` +
      ` ${(all / thousand).toFixed(1)} x that of 1,000`,
  );
  return all <= 1000;
}

/** The shared store takes a server of its own, and a minute: it is measured when it is asked for. */
async function fleetAlone(): Promise<number> {
  const directory = mkdtempSync(`${tmpdir()}/berth-bench-`);
  try {
    build(ownTarget(), `${directory}/berth`);
    return await fleet(directory) ? 0 : 1;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function main(): Promise<number> {
  const directory = mkdtempSync(`${tmpdir()}/berth-bench-`);
  try {
    writeFileSync(`${directory}/empty.ts`, "export {};\n");
    compile(`${directory}/empty.ts`, `${directory}/empty`, ownTarget());
    writeFileSync(`${directory}/keep.ts`, KEEP);
    compile(`${directory}/keep.ts`, `${directory}/keep`, ownTarget());
    build(ownTarget(), `${directory}/berth`);
    const sizes = ["berth", "empty"].map((name) => Bun.file(`${directory}/${name}`).size) as [number, number];
    const over = (sizes[0] - sizes[1]) / 1e6;
    console.log(`${"binary over the empty one".padEnd(40)} ${over.toFixed(2).padStart(7)} MB, budget 6`);
    const within = [
      await inTerminal("plain", directory),
      Bun.which("tmux") === null || await inTmux(directory),
      withoutTerminal(directory),
      prompts(directory),
      starts(directory),
      agents(directory, `${directory}/berth`),
      named(directory),
      ended(directory),
      gitLists(directory, `${directory}/berth`),
      listed(directory),
      await looks(directory),
      await top(directory),
      await mcp(directory),
      await installation(directory),
    ];
    return within.every(Boolean) && over <= 6 ? 0 : 1;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const [part, directory = ""] = process.argv.slice(2);
  if (part === "terminal") {
    await openTerminal(directory, process.argv[4] ?? "");
    process.exit(0);
  }
  if (part === "plain") process.exit(plain(directory) ? 0 : 1);
  if (part === "tmux") process.exit(tmux(directory) ? 0 : 1);
  if (part === "fleet") process.exit(await fleetAlone());
  process.exit(await main());
}
