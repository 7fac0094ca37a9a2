/** What an agent waits for at each of its events, and what a status line waits for at each redraw. */
import { measure, type Row, table } from "./measure.ts";

/** Milliseconds that a hook may take beside two starts of a program. */
const WORK_MS = 15;

/** @param berth the program @returns whether all of it is within its budget */
export function agents(directory: string, berth: string): boolean {
  const env = { BERTH_HOME: `${directory}/agents`, BERTH_SESSION: "bench", PATH: process.env["PATH"] ?? "" };
  const empty = { name: "empty", command: [`${directory}/empty`] };
  const line = { name: "line", command: [berth, "status-line", "--format", "claude"], env };
  Bun.spawnSync([berth, "set", "key", "value"], { env });
  const alone = measure([empty, line]);
  const payload = `{"hook_event_name":"PostToolUse","session_id":"bench","tool_name":"Bash"}`;
  // The payload by a shell, since what is measured reads nothing; the shell counts on both sides.
  const fed = (program: string) => ["sh", "-c", `printf %s '${payload}' | ${program}`];
  const hooked = measure([
    { name: "empty", command: fed(`${directory}/empty`) },
    { name: "hook", command: fed(`${berth} agent hook claude`), env },
    { ...line, name: "beside" },
  ]);
  const rows: Row[] = [
    { what: "berth status-line", of: ["line"], against: ["empty"], budget: 2 },
  ];
  const [took, bare] = [hooked.get("hook") ?? NaN, hooked.get("empty") ?? NaN];
  const limit = 2 * bare + WORK_MS;
  console.log(
    `${"berth agent hook".padEnd(40)} ${took.toFixed(2).padStart(7)} ms, budget ${
      limit.toFixed(2)
    } (2 x empty + ${WORK_MS})`,
  );
  const beside = (hooked.get("beside") ?? NaN) / (alone.get("empty") ?? NaN);
  console.log(
    `${"berth status-line, with an agent".padEnd(40)} ${beside.toFixed(2).padStart(7)} x empty, no budget`,
  );
  return [table(alone, rows), took <= limit].every(Boolean);
}
