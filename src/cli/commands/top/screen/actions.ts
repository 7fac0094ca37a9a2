import process from "node:process";
import { programs } from "../../../../sessions/git/programs.ts";

/** How our own program is called. */
const self = (): readonly string[] =>
  typeof BERTH_SYSTEM === "string" ? [process.execPath] : [process.execPath, process.argv[1] ?? ""];

/** Run a command of ours that has the terminal for itself. @returns exit status, null where a signal ended it */
export async function runShown(args: readonly string[]): Promise<number | null> {
  const { spawn } = await programs();
  const [program = "", ...words] = [...self(), ...args];
  return await new Promise((resolve) => {
    const child = spawn(program, words, { stdio: "inherit" });
    child.on("error", () => resolve(null));
    child.on("exit", (status) => resolve(status));
  });
}

/** Run a command of ours beside the screen. @returns the first line of what it says */
export async function runBehind(args: readonly string[]): Promise<string> {
  const { spawn } = await programs();
  const [program = "", ...words] = [...self(), ...args];
  return await new Promise((resolve) => {
    const child = spawn(program, words, { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr?.on("data", (chunk: Uint8Array) => said += new TextDecoder().decode(chunk));
    child.on("error", (error) => resolve(error.message));
    child.on("close", () => resolve(said.split("\n")[0]?.replace(/^berth: /, "") ?? ""));
  });
}
