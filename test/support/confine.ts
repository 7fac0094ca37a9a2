import { join } from "node:path";
import { root, scratch } from "./berth.ts";

/** Compile the program that has the kernel refuse things to another. @returns its path */
export function confine(): string {
  const program = join(scratch("berth-confine-"), "confine");
  const done = Bun.spawnSync(["gcc", "-O1", "-o", program, join(root, "test/hostile/confine.c")]);
  if (!done.success) throw new Error(`Cannot compile confine.c: ${done.stderr.toString()}`);
  return program;
}
