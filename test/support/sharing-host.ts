/** A host that shares sessions with others: a home and a store of its own on this machine. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { berth, cleanEnv, type Result, run } from "./berth.ts";

/** The code of the failure that a command with `--json` printed. */
export const codeOf = ({ stderr }: Result): string => JSON.parse(stderr).error.code;

/** A host's own home and store. */
export class SharingHost {
  /** @param url of the database; empty: it knows of none */
  constructor(readonly home: string, readonly url: string, readonly more: Record<string, string> = {}) {
    mkdirSync(home, { recursive: true });
  }
  get env(): Record<string, string> {
    const variables = this.url === "" ? {} : { BERTH_SHARED_URL: this.url };
    return { ...cleanEnv(this.home), BERTH_HOME: join(this.home, "store"), ...variables, ...this.more };
  }
  words(...args: string[]): string[] {
    return [berth, ...args];
  }
  berth(...args: string[]): Promise<Result> {
    return run(this.words(...args), { env: this.env, limit: 90_000 });
  }
  on(label: string, ...args: string[]): Promise<Result> {
    return this.berth("--session-id", label, ...args);
  }
  async ok(label: string, ...args: string[]): Promise<string> {
    const done = await this.on(label, ...args);
    if (done.status !== 0) throw new Error(`${args.join(" ")}: ${done.status} ${done.stdout}${done.stderr}`);
    return done.stdout.trim();
  }
}
