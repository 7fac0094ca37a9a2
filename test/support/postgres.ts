/** A PostgreSQL of the test's own: a cluster in a temporary directory, started as an unprivileged user. */
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { run, scratch } from "./berth.ts";
import { CLUSTER } from "../../scripts/crash/database.ts";

const VERSIONS = "/usr/lib/postgresql";

/** Debian keeps the server's programs off the PATH. */
const bin = (): string => {
  const newest = existsSync(VERSIONS)
    ? readdirSync(VERSIONS).sort((a, b) => Number(b) - Number(a))[0]
    : undefined;
  return newest === undefined ? "" : `${VERSIONS}/${newest}/bin/`;
};

/** As root may not start a server: what starts one as nobody. */
export const unprivileged = (): string[] =>
  process.getuid?.() === 0 ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];

export const own = (path: string): void => {
  if (process.getuid?.() === 0) chownSync(path, 65534, 65534);
};

/** A port that is free at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export interface SmallDisk extends AsyncDisposable {
  readonly server: Postgres;
  /** Do this where the server is: the disk is `disk`. */
  shell(line: string): Promise<void>;
}

export class Postgres implements AsyncDisposable {
  private constructor(readonly base: string, readonly data: string, readonly port: number) {}

  /** @param settings lines of postgresql.conf; files that they name stand in the directory that is handed to `before` */
  static async start(settings = "", before: (data: string) => void = () => {}): Promise<Postgres> {
    const base = scratch("berth-pg-");
    chmodSync(base, 0o755);
    own(base);
    const server = new Postgres(base, join(base, "data"), await freePort());
    await server.call(
      "initdb",
      "-D",
      server.data,
      ...CLUSTER,
    );
    await server.begin(settings, before);
    return server;
  }

  /** A standby of it, as `pg_basebackup` makes one. */
  async standby(settings = ""): Promise<Postgres> {
    const base = scratch("berth-pg-");
    chmodSync(base, 0o755);
    own(base);
    const other = new Postgres(base, join(base, "data"), await freePort());
    await this.call(
      "pg_basebackup",
      "-D",
      other.data,
      "-h",
      this.base,
      "-p",
      String(this.port),
      "-U",
      "admin",
      "-R",
      "-c",
      "fast",
    );
    await other.begin(settings, () => {});
    return other;
  }

  /**
   * One whose tables are in a file system of so many MiB; its log of writes is elsewhere, since a server that cannot write
   * that ends itself. The disk is seen by the server alone.
   */
  static async onDisk(megabytes: number): Promise<SmallDisk> {
    const base = scratch("berth-pg-");
    chmodSync(base, 0o755);
    own(base);
    const server = new Postgres(base, join(base, "disk", "data"), await freePort());
    // Without root the namespace is a user's, and the server keeps who it is.
    const alone = process.getuid?.() === 0 ? [] : ["--map-current-user", "--keep-caps"];
    const as = unprivileged().join(" ");
    const size = `size=${megabytes}m,mode=777`;
    const script = `mkdir -m 777 disk; mount -t tmpfs -o ${size} none disk
      ${as} ${bin()}initdb -D disk/data -X "$PWD/wal" --wal-segsize=1 -U admin --auth=trust -N -E UTF8 --no-locale >&2
      printf '%s\\n' "listen_addresses='127.0.0.1'" port=${server.port} "unix_socket_directories='$PWD'" fsync=off >> disk/data/postgresql.conf
      ${as} ${bin()}pg_ctl -D disk/data -l "$PWD/log" -w start >&2
      while echo done && read -r line; do eval "$line"; done
      ${as} ${bin()}pg_ctl -D disk/data -m immediate -w stop >&2`;
    const child = Bun.spawn(["unshare", ...alone, "--mount", "sh", "-ec", script], {
      cwd: base,
      stdin: "pipe",
      stdout: "pipe",
      stderr: "pipe",
    });
    const lines = child.stdout.getReader();
    const told = async () => {
      if (!(await lines.read()).done) return;
      throw new Error(`the server has ended: ${await new Response(child.stderr).text()}`);
    };
    await told();
    return {
      server,
      async shell(line) {
        child.stdin.write(`${line}\n`);
        child.stdin.flush();
        await told();
      },
      async [Symbol.asyncDispose]() {
        child.stdin.end();
        await child.exited;
        rmSync(base, { recursive: true, force: true });
      },
    };
  }

  private async begin(settings: string, before: (data: string) => void): Promise<void> {
    before(this.data);
    appendFileSync(
      join(this.data, "postgresql.conf"),
      `\nlisten_addresses='127.0.0.1'\nport=${this.port}\nunix_socket_directories='${this.base}'\nfsync=off\n${settings}\n`,
    );
    await this.call("pg_ctl", "-D", this.data, "-l", join(this.base, "log"), "-w", "start");
  }

  async call(program: string, ...args: string[]): Promise<string> {
    const done = await run([...unprivileged(), `${bin()}${program}`, ...args], {
      cwd: this.base,
      env: { HOME: this.base },
      limit: 60_000,
    });
    if (done.status !== 0) throw new Error(`${program} ${args.join(" ")}: ${done.stdout}${done.stderr}`);
    return done.stdout;
  }

  /** @returns what psql prints, one row a line */
  async sql(text: string, database = "postgres", user = "admin"): Promise<string> {
    const args = ["-h", this.base, "-p", String(this.port), "-U", user, "-d", database];
    const file = join(this.base, `${crypto.randomUUID()}.sql`);
    writeFileSync(file, text);
    const done = await run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", ...args, "-f", file]);
    if (done.status !== 0) throw new Error(done.stderr);
    return done.stdout.trim();
  }

  /** A role and a database of its own, with what an administrator was given by `shared init --print`. */
  async team(sql: string, role = "app", database = "team"): Promise<void> {
    await this.sql(`create role ${role} login`);
    await this.sql(`create database ${database}`);
    await this.sql(sql, database);
  }

  url(user = "app", database = "team", port = this.port): string {
    return `postgres://${user}@127.0.0.1:${port}/${database}`;
  }

  async stop(how = "immediate"): Promise<void> {
    await this.call("pg_ctl", "-D", this.data, "-m", how, "-w", "stop");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop().catch(() => {});
    // A cluster is some fifty megabytes.
    rmSync(this.base, { recursive: true, force: true });
  }
}

/** PgBouncer in transaction mode before it. */
export async function pgbouncer(server: Postgres): Promise<{ port: number } & AsyncDisposable> {
  const port = await freePort();
  const directory = join(server.base, "pgbouncer");
  mkdirSync(directory);
  own(directory);
  writeFileSync(join(directory, "users"), `"app" ""\n`);
  writeFileSync(
    join(directory, "ini"),
    `[databases]\n* = host=127.0.0.1 port=${server.port}\n[pgbouncer]\nlisten_addr=127.0.0.1\nlisten_port=${port}\n` +
      `auth_type=trust\nauth_file=${directory}/users\npool_mode=transaction\nunix_socket_dir=\ndefault_pool_size=20\n`,
  );
  const child = Bun.spawn([...unprivileged(), "pgbouncer", join(directory, "ini")], {
    env: { PATH: `${process.env["PATH"]}:/usr/sbin` },
    stdout: "ignore",
    stderr: "ignore",
  });
  const end = performance.now() + 10_000;
  for (;;) {
    const done = await run(["psql", "-X", "-q", server.url("app", "postgres", port), "-c", "select 1"]);
    if (done.status === 0) break;
    if (performance.now() > end) throw new Error(`pgbouncer does not answer: ${done.stderr}`);
    await Bun.sleep(50);
  }
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.exited;
    },
  };
}
