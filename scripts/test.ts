/**
 * The whole suite: set up the real programs, check formatting, lint and types, build the binary, run every test
 * file, one process after the other. `npm test -- NAME…` runs only the files whose name contains one of the words.
 */
import { chmodSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { build } from "./build.ts";
import { setUp, wanting } from "./setup.ts";
import { ownTarget } from "./targets.ts";

const root = new URL("..", import.meta.url).pathname;
const SUMMARY = `${root}dist/test-summary.txt`;

/** Milliseconds after which a test that hangs is ended. */
const TEST_LIMIT = 60_000;

/** What runs only where it is asked for: the programs that it drives are hundreds of megabytes. */
const ASKED_FOR = /^test\/agents\/real/;

/** So many files that failed are run a second time: more than that is no accident. */
const SECOND_RUNS = 3;

/** Characters of a failed file's report that stand at the end of the log, where a shortened log still has them. */
const REPORT = 8000;

interface Count {
  passed: number;
  failed: number;
}

/** What running a file came to. */
interface Outcome extends Count {
  /** What the runner said beside the tests that passed. */
  report: string;
}

function checks(): Count {
  const count = { passed: 0, failed: 0 };
  for (const step of [["fmt", "--check"], ["lint"], ["check", "src", "scripts", "test", "examples"]]) {
    const done = Bun.spawnSync([`${root}node_modules/.bin/deno`, ...step], {
      cwd: root,
      stdout: "pipe",
      stderr: "pipe",
    });
    console.log(`deno ${step.join(" ")}: ${done.success ? "passed" : "failed"}`);
    if (!done.success) console.log(`${done.stdout}${done.stderr}`);
    count[done.success ? "passed" : "failed"]++;
  }
  return count;
}

/** Run one file. A file that ends without a count (a crash of the runner, a hang) has failed. */
async function runFile(file: string, binary: string): Promise<Outcome> {
  const started = performance.now();
  // Everything that the file leaves lying about is in here. Open to walk through, since some tests are other users.
  const scratch = mkdtempSync("/tmp/berth-");
  chmodSync(scratch, 0o711);
  const child = Bun.spawn([process.execPath, "test", `--timeout=${TEST_LIMIT}`, file], {
    cwd: root,
    env: { ...process.env, BERTH_TEST_BINARY: binary, TMPDIR: scratch, FORCE_COLOR: "0" },
    stdin: "ignore",
    stdout: "inherit",
    stderr: "pipe",
  });
  let text = "";
  const decoder = new TextDecoder();
  const reader = child.stderr.getReader();
  const pass = async () => {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      process.stderr.write(chunk.value);
      text += decoder.decode(chunk.value, { stream: true });
    }
  };
  // Something that a test left behind may hold the stream open for ever; what the runner wrote is there by then.
  await Promise.race([pass(), child.exited.then(() => Bun.sleep(1000))]);
  const status = await child.exited;
  rmSync(scratch, { recursive: true, force: true });
  const number = (word: string) => Number(new RegExp(`^ *(\\d+) ${word}$`, "m").exec(text)?.[1] ?? 0);
  const count = { passed: number("pass"), failed: number("fail") + number("skip") + number("todo") };
  if (status !== 0 && count.failed === 0) count.failed = 1;
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`${file}: ${count.passed} passed, ${count.failed} failed, ${seconds} s\n`);
  return {
    ...count,
    report: text.split("\n").filter((line) => !line.startsWith("(pass)")).join("\n").slice(-REPORT),
  };
}

/**
 * Run the files that failed a second time, and say of each what it did. A failure that does not come again is not
 * counted, yet it is printed: it is a fault of the test or of the program, and somebody has to look at it.
 */
async function runAgain(failed: ReadonlyMap<string, Outcome>, binary: string, total: Count): Promise<void> {
  const accidents = failed.size <= SECOND_RUNS;
  const said: string[] = [];
  for (const [file, first] of failed) {
    const counted = accidents ? await runFile(file, binary) : first;
    total.passed += counted.passed;
    total.failed += counted.failed;
    said.push(
      `## ${file}: ${
        counted.failed === 0 ? "failed once, and passed when run again" : "failed"
      }\n${first.report}`,
    );
  }
  if (said.length > 0) console.log(["# What failed", ...said].join("\n\n"));
}

async function main(words: readonly string[]): Promise<void> {
  mkdirSync(`${root}dist`, { recursive: true });
  rmSync(SUMMARY, { force: true });
  const left = setUp();
  const total = words.length === 0 ? checks() : { passed: 0, failed: 0 };
  const binary = `${root}${build(ownTarget(), "dist/berth")}`;
  const files = globSync("test/**/*.test.ts", { cwd: root }).sort()
    .filter((file) => words.length === 0 || words.some((word) => file.includes(word)));
  const failed = new Map<string, Outcome>();
  for (const file of files) {
    // In CI nothing is left out: there the file fails, and says why.
    if (ASKED_FOR.test(file) && process.env["BERTH_AGENTS"] === undefined) {
      console.log(`${file}: left out, since BERTH_AGENTS names no directory with real agents\n`);
      continue;
    }
    const wanted = process.env["CI"] === undefined ? wanting(file, left) : [];
    if (wanted.length > 0) {
      console.log(`${file}: left out, since these are not here: ${wanted.join(" ")}\n`);
      continue;
    }
    const outcome = await runFile(`./${file}`, binary);
    if (outcome.failed > 0) failed.set(`./${file}`, outcome);
    else total.passed += outcome.passed;
  }
  await runAgain(failed, binary, total);
  if (left.length > 0) console.log(`Not here, and could not be installed: ${left.join(" ")}`);
  if (left.length > 0 && process.env["CI"] !== undefined) total.failed++;
  const summary = `${total.passed} passed, ${total.failed} failed`;
  writeFileSync(SUMMARY, `${summary}\n`);
  console.log(summary);
  process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
}

await main(process.argv.slice(2));
