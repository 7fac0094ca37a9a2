import { Exit, kind } from "./kind.ts";
import { quote, quotePath } from "./quote.ts";

/** Failures of the store that several machines share. */
export const sharedErrors = () => ({
  bad_shared_url: kind(
    Exit.usage,
    (d: { why: string }) => `Cannot use the URL of the shared store: ${d.why}`,
    () => `Write it as postgres://USER@HOST:PORT/DATABASE?sslrootcert=FILE, with the password in ~/.pgpass`,
    { why: `berth knows no parameter "colour"` },
  ),
  shared_password: kind(
    Exit.usage,
    () => `Refusing a URL with a password as an argument: everybody on this machine can see it`,
    () => `Leave the password out and write it into ~/.pgpass, or export BERTH_SHARED_URL`,
    {},
  ),
  open_password_file: kind(
    Exit.refused,
    (d: { file: string }) => `Refusing the password file ${d.file}: others may read it`,
    (d) => `Type: chmod 600 ${d.file}`,
    { file: quotePath("/home/me/.pgpass") },
  ),
  shared_url_missing: kind(
    Exit.busy,
    (d: { id: string }) =>
      `Cannot find shared session ${
        quote(d.id)
      }: its namespace is shared, and no URL of a database is known here`,
    () => `Type "berth config shared.url postgres://USER@HOST/DATABASE", or export BERTH_SHARED_URL`,
    { id: "team--deploy_a3" },
  ),
  not_for_shared: kind(
    Exit.usage,
    (d: { command: string; id: string }) =>
      `Cannot use "berth ${d.command}" on shared session ${
        quote(d.id)
      }: it works with what is on one machine`,
    (d) =>
      /^(run|resume)$/.test(d.command)
        ? `Type "berth --session-id ${d.id} hold -- COMMAND", and others see it live; or "berth lock ${d.id} -- COMMAND"`
        : `Type "berth show ${d.id}" for what is kept of it; the command is for sessions of this machine ("berth list")`,
    { command: "run", id: "team--deploy_a3" },
  ),
  shared_unreachable: kind(
    Exit.busy,
    (d: { host: string; why: string }) => `Cannot reach the shared store at ${quote(d.host)}: ${d.why}`,
    () => `Nothing was written; type "berth shared status" to look, then try again`,
    { host: "db.example.invalid:5432", why: "nothing listens there" },
  ),
  shared_refused: kind(
    Exit.refused,
    (d: { host: string; why: string }) => `The database at ${quote(d.host)} refuses us: ${d.why}`,
    () =>
      `Check user and password (~/.pgpass), or let its administrator type "berth shared init --grant ROLE"`,
    { host: "db.example.invalid:5432", why: "password authentication failed (28P01)" },
  ),
  shared_not_set_up: kind(
    Exit.refused,
    (d: { host: string }) => `Cannot use the database at ${quote(d.host)}: it has no tables of berth's`,
    () => `Type "berth shared init"`,
    { host: "db.example.invalid:5432" },
  ),
  shared_no_rights: kind(
    Exit.refused,
    (d: { host: string; role: string }) =>
      `Cannot set up the database at ${quote(d.host)}: role ${
        quote(d.role)
      } may not make roles and schemas there`,
    (d) => `Give its administrator what this prints: berth shared init --print --grant ${d.role}`,
    { host: "db.example.invalid:5432", role: "me" },
  ),
  shared_newer: kind(
    Exit.data,
    (d: { host: string; version: number }) =>
      `Cannot use the database at ${quote(d.host)}: its tables have version ${d.version}, of a newer berth`,
    () => `Type "berth update"`,
    { host: "db.example.invalid:5432", version: 2 },
  ),
  shared_older: kind(
    Exit.refused,
    (d: { host: string; version: number }) =>
      `Cannot use the database at ${quote(d.host)}: its tables have version ${d.version}, of an older berth`,
    () => `Type "berth shared init" as its administrator; all that is kept there stays`,
    { host: "db.example.invalid:5432", version: 1 },
  ),
  shared_read_only: kind(
    Exit.busy,
    (d: { host: string }) =>
      `Cannot write to the shared store at ${quote(d.host)}: it is a standby, or read-only`,
    () => `Name all servers in the URL (postgres://HOST1,HOST2/DATABASE): the one that takes writes is found`,
    { host: "db.example.invalid:5432" },
  ),
  shared_busy: kind(
    Exit.busy,
    (d: { host: string }) => `The database at ${quote(d.host)} did not answer within the limit`,
    () => `Try again, or wait longer with --wait SECONDS`,
    { host: "db.example.invalid:5432" },
  ),
  shared_failed: kind(
    Exit.failed,
    (d: { host: string; why: string }) => `The database at ${quote(d.host)} failed: ${d.why}`,
    () => `Nothing was written; type "berth shared status" to look`,
    { host: "db.example.invalid:5432", why: "could not extend file: No space left on device (53100)" },
  ),
  copy_refused: kind(
    Exit.refused,
    (d: { id: string; why: string }) => `Cannot copy session ${quote(d.id)}: ${d.why}`,
    () => `Type "berth show" for what is there`,
    { id: "ex--build_5d", why: "it has a worktree, which is on this machine alone" },
  ),
  lock_lost: kind(
    Exit.busy,
    (d: { what: string; why: string }) => `Lost ${d.what}: ${d.why}`,
    () => `Nothing was written under it since; try again`,
    { what: "the lock in the database", why: "it was held for too long" },
  ),
  bad_lock_name: kind(
    Exit.usage,
    (d: { name: string }) => `Lock name ${quote(d.name)} is not 1 to 80 characters of A-Z a-z 0-9 . _ and -`,
    () => `Type "berth lock NAME -- COMMAND" with such a name`,
    { name: "a/b" },
  ),
  fenced: kind(
    Exit.busy,
    () => `Cannot write: this host has registered anew since, and this is an older life of it`,
    () =>
      `Type "berth publish", which registers this host anew; where another machine is a copy of it, "berth doctor --fix"`,
    {},
  ),
  name_is_shared: kind(
    Exit.refused,
    (d: { name: string; namespace: string }) =>
      `Cannot name a session of this machine ${
        quote(d.name)
      }: that is the label of a shared session, as all of ${quote(`${d.namespace}--`)}`,
    (d) => `Choose another name; the shared session is meant by "--session-id ${d.name}"`,
    { name: "team--deploy", namespace: "team" },
  ),
  write_lost: kind(
    Exit.busy,
    (d: { host: string; why?: string }) =>
      `Cannot write to the shared store at ${quote(d.host)}: ${
        d.why ?? "the connection broke"
      }, and nothing was kept`,
    () => `Try again`,
    { host: "db.example.invalid:5432" },
  ),
  write_unsure: kind(
    Exit.busy,
    (d: { why: string; write: string; schema: string }) =>
      `Cannot tell whether the shared store kept the write: ${d.why}`,
    (d) =>
      `Look when it answers: psql -c "select at from ${d.schema}.writes where id = '${d.write}'"; a row means it did`,
    {
      why: "db.example.invalid:5432 did not answer",
      write: "7d5a4c2e-7a15-4f0e-9a51-0c8a3f7c2b11",
      schema: "berth",
    },
  ),
});
