/** Runs a script that never ends and says the PID of the process it runs in; to be killed. */
import { readdirSync, readFileSync, writeSync } from "node:fs";
import { runLua } from "../../src/sandbox/lua.ts";

function childOf(parent: number): string {
  const isChild = (pid: string) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] === String(parent);
    } catch {
      return false;
    }
  };
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).find(isChild) ?? "none";
}

const onPrint = () => void writeSync(1, childOf(process.pid));
const code = "print('running') while true do end";
await runLua({
  code,
  file: null,
  root: null,
  session: "ex--p_00",
  globals: {},
  limits: { time: 60 },
  onPrint,
});
