/** A PostgreSQL of the machine's own, on a socket in a directory: put back like the rest of the machine. */
import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where Debian keeps the server's programs. */
const VERSIONS = "/usr/lib/postgresql";
/** As root may not start a server. */
const NOBODY = 65534;

/** What initdb(1) is told of a cluster that is gone when its test is over. */
export const CLUSTER = ["-U", "admin", "--auth=trust", "-N", "-E", "UTF8", "--no-locale"];

export class Database {
  readonly #base = mkdtempSync(join(tmpdir(), "berth-crash-pg-"));
  readonly #data = join(this.#base, "data");
  #isKept = false;
  /** As `shared.url` takes it. */
  readonly url = `postgres://app@/team?host=${encodeURIComponent(this.#base)}`;

  /** @param tables what an administrator is to run for it, once there is the role */
  constructor(tables: (url: string) => string) {
    chmodSync(this.#base, 0o755);
    if (process.getuid?.() === 0) chownSync(this.#base, NOBODY, NOBODY);
    this.#server(
      "initdb",
      "-D",
      this.#data,
      ...CLUSTER,
    );
    const settings = `-c listen_addresses='' -c unix_socket_directories='${this.#base}' -c fsync=off`;
    this.#server("pg_ctl", "-D", this.#data, "-l", join(this.#base, "log"), "-o", settings, "-w", "start");
    this.sql("create role app login", "postgres");
    this.sql("create database team", "postgres");
    this.sql(tables(this.url));
  }

  /** @returns what psql prints, one row a line */
  sql(text: string, database = "team"): string {
    const words = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", this.#base, "-U", "admin"];
    return this.#call(["psql", ...words, "-d", database], text);
  }

  /** Keep what is in it as it is, the first time; then put that back, whoever is still at work in it. */
  reset(): void {
    const tables = this.sql("select tablename from pg_tables where schemaname = 'berth'").split("\n");
    if (this.#isKept) {
      const back = tables.map((one) =>
        `insert into berth.${one} overriding system value select * from kept.${one};`
      );
      this.sql(`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'app';
        begin;
        set local session_replication_role = replica;
        truncate ${tables.map((one) => `berth.${one}`).join(", ")};
        ${back.join("\n")}
        commit`);
    } else {
      const kept = tables.map((one) => `create table kept.${one} as table berth.${one};`);
      this.sql(`create schema kept; ${kept.join("\n")}`);
      this.#isKept = true;
    }
  }

  #server(program: string, ...args: string[]): void {
    const [newest = ""] = readdirSync(VERSIONS).sort((a, b) => Number(b) - Number(a));
    const nobody = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
    this.#call([...process.getuid?.() === 0 ? nobody : [], join(VERSIONS, newest, "bin", program), ...args]);
  }

  #call(command: readonly string[], input = ""): string {
    // The server keeps what it is started with, so nobody waits for the end of its output.
    const out = command.includes("start") ? "ignore" : "pipe";
    const done = Bun.spawnSync([...command], {
      cwd: this.#base,
      stdin: Buffer.from(input),
      stdout: out,
      stderr: out,
      env: { PATH: process.env["PATH"] ?? "", HOME: this.#base, LC_ALL: "C" },
    });
    if (!done.success) throw new Error(`${command.join(" ")}: ${done.stdout ?? ""}${done.stderr ?? ""}`);
    return (done.stdout?.toString() ?? "").trim();
  }

  [Symbol.dispose](): void {
    this.#server("pg_ctl", "-D", this.#data, "-m", "immediate", "-w", "stop");
    rmSync(this.#base, { recursive: true, force: true });
  }
}
