/**
 * A terminal emulator that nobody knows: opens a pseudoterminal, starts the given interactive shell in it, types
 * `berth id` and prints the answer.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { until } from "./until.ts";

const home = mkdtempSync(`${tmpdir()}/berth-emulator-`);
const child = Bun.spawn(process.argv.slice(2), { terminal: { cols: 80, rows: 24, data() {} } });
child.terminal?.write(`berth id > ${home}/id; mv ${home}/id ${home}/done\r`);
const answer = await until(
  "the shell's answer",
  async () => await Bun.file(`${home}/done`).exists() ? readFileSync(`${home}/done`, "utf8") : undefined,
);
console.log(answer.trim());
child.kill("SIGKILL");
child.terminal?.close();
rmSync(home, { recursive: true });
