import process from "node:process";
import { type Starter } from "./child.ts";

/** The best way of this runtime and system: with job control where it can be had. */
export async function childStarter(): Promise<Starter> {
  return (typeof BERTH_SYSTEM === "string"
      ? BERTH_SYSTEM !== "win32"
      : "Bun" in globalThis && process.platform !== "win32")
    ? await import("./child-posix.ts")
    : await import("./child-plain.ts");
}
