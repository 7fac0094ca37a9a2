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

interface Count {
  passed: number;
  failed: number;
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
async function runFile(file: string, binary: string): Promise<Count> {
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
  return count;
}

async function main(words: readonly string[]): Promise<void> {
  mkdirSync(`${root}dist`, { recursive: true });
  rmSync(SUMMARY, { force: true });
  const left = setUp();
  const total = words.length === 0 ? checks() : { passed: 0, failed: 0 };
  const binary = `${root}${build(ownTarget(), "dist/berth")}`;
  const files = globSync("test/**/*.test.ts", { cwd: root }).sort()
    .filter((file) => words.length === 0 || words.some((word) => file.includes(word)));
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
    const started = performance.now();
    const { passed, failed } = await runFile(`./${file}`, binary);
    console.log(
      `${file}: ${passed} passed, ${failed} failed, ${Math.round((performance.now() - started) / 1000)} s\n`,
    );
    total.passed += passed;
    total.failed += failed;
  }
  if (left.length > 0) console.log(`Not here, and could not be installed: ${left.join(" ")}`);
  if (left.length > 0 && process.env["CI"] !== undefined) total.failed++;
  const summary = `${total.passed} passed, ${total.failed} failed`;
  writeFileSync(SUMMARY, `${summary}\n`);
  console.log(summary);
  process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
}

await main(process.argv.slice(2));
