/** How long an agent waits for the first answer of `berth mcp`, a row of `npm run bench`. */
import { median } from "./measure.ts";

const ROUNDS = 30;
const BUDGET = 9;

const HELLO = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "bench", version: "1" } },
};

/** Milliseconds from the start of the server to the end of its first line. */
async function firstAnswer(berth: string, directory: string): Promise<number> {
  const started = performance.now();
  const server = Bun.spawn([berth, "mcp", "--session", "bench"], {
    cwd: directory,
    env: { PATH: process.env["PATH"] ?? "", HOME: directory, BERTH_HOME: `${directory}/mcp-store` },
    stdin: "pipe",
    stdout: "pipe",
    stderr: "ignore",
  });
  server.stdin.write(`${JSON.stringify(HELLO)}\n`);
  server.stdin.flush();
  const reader = server.stdout.getReader();
  for (let text = ""; !text.includes("\n");) {
    const { value, done } = await reader.read();
    if (done) throw new Error("berth mcp ended without an answer");
    text += new TextDecoder().decode(value);
  }
  const took = performance.now() - started;
  server.kill("SIGKILL");
  await server.exited;
  return took;
}

/** @returns whether the answer comes within the budget */
export async function mcp(directory: string): Promise<boolean> {
  const session = { env: { HOME: directory, BERTH_HOME: `${directory}/mcp-store` } };
  Bun.spawnSync([`${directory}/berth`, "set", "k", "v", "--session-id", "bench"], session);
  const [empty, answers]: [number[], number[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round++) {
    const started = performance.now();
    await Bun.spawn([`${directory}/empty`], { stdio: ["ignore", "ignore", "ignore"] }).exited;
    const took = performance.now() - started;
    const answered = await firstAnswer(`${directory}/berth`, directory);
    // The first round is for the caches.
    if (round === 0) continue;
    empty.push(took);
    answers.push(answered);
  }
  const ratio = median(answers) / median(empty);
  console.log(
    `${"berth mcp until its first answer".padEnd(40)} ${median(answers).toFixed(2).padStart(7)} ms  ${
      ratio.toFixed(2)
    } x (empty), budget ${BUDGET}${ratio <= BUDGET ? "" : "  OVER"}`,
  );
  return ratio <= BUDGET;
}
