/**
 * Write down what `berth id` takes of the bytecode at a person's shell, and in which order, so that the build puts it
 * together: `setsid --wait bun scripts/bytecode-order.ts`, after a change of the short way. An older list does no harm;
 * what is not on it any more is read from where it lies.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BYTECODE_ORDER, compile, entry } from "./build.ts";
import { ownTarget } from "./targets.ts";

/** The status of a run that the short way has ended. */
const SHORTLY = 3;

/** The program, but with an end that the runtime hears of: it writes its list then. */
function profiled(directory: string): string {
  const way = join(import.meta.dir, "..", entry(ownTarget()));
  const parts = readFileSync(way, "utf8").split("exit(0);");
  if (parts.length !== 2) {
    throw new Error(`The end of the short way stands ${parts.length - 1} times in ${way}`);
  }
  const source = way.replace(/\.js$/, ".profiled.js");
  writeFileSync(source, parts.join(`process.exit(${SHORTLY});`));
  compile(source, `${directory}/berth`, ownTarget());
  return `${directory}/berth`;
}

/** Type a line at a shell in a terminal of its own. @returns its exit status */
async function typed(line: string): Promise<number> {
  const shell = Bun.spawn(["bash", "--norc"], { terminal: { cols: 80, rows: 24, data() {} } });
  shell.terminal?.write(`${line}; exit $?\n`);
  return await shell.exited;
}

const directory = mkdtempSync(`${tmpdir()}/berth-order-`);
try {
  const list = `${directory}/list`;
  const status = await typed(`BUN_BYTECODE_ORDER_OUT=${list} ${profiled(directory)} id`);
  if (status !== SHORTLY) throw new Error(`No short way from here (status ${status}): start this by setsid`);
  // Lines with K are of what the runtime has for everybody: two hundred kilobytes, and nothing is faster for them.
  const lines = readFileSync(list, "utf8").split("\n").filter((line) => !line.startsWith("K "));
  writeFileSync(BYTECODE_ORDER, lines.join("\n"));
} finally {
  rmSync(directory, { recursive: true });
}
