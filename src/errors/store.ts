import { Exit, kind } from "./kind.ts";
import { quote, quotePath } from "./quote.ts";
import { READ_ONLY } from "./read-only.ts";

/** Failures of the store. */
export const storeErrors = () => ({
  locked: kind(
    Exit.busy,
    (d: { what: string; waitedMs: number; holder?: { pid: number; command: string; since: string } }) =>
      `Cannot lock ${d.what} within ${d.waitedMs / 1000} s: ${
        d.holder === undefined
          ? "another process holds it"
          : `process ${d.holder.pid} (${quote(d.holder.command)}) holds it since ${quote(d.holder.since)}`
      }`,
    () => `Try again, or wait longer with --wait SECONDS`,
    {
      what: `session "ex--build_5d"`,
      waitedMs: 5000,
      holder: { pid: 4711, command: "berth reset", since: "2026-03-01T09:30:00.000Z" },
    },
  ),
  lock_failed: kind(
    Exit.failed,
    (d: { file: string; why: string }) => `Cannot lock ${d.file}: ${d.why}`,
    (d) =>
      d.why === READ_ONLY
        ? `Set BERTH_HOME to a directory that may be written; an agent in a sandbox uses "berth mcp", which runs outside`
        : `Check that you may write there and that the file system has locks, or set BERTH_HOME to another place`,
    { file: `"/home/me/.local/state/berth/sessions/ex--build_5d.session.lock"`, why: "Permission denied" },
  ),
  no_locks: kind(
    Exit.failed,
    (d: { windows: boolean; package: string }) =>
      d.windows
        ? "Cannot write to the store: Node on Windows cannot lock files, and nothing is written without a lock"
        : "Cannot write to the store: Node cannot lock files itself, and no berth is installed that does it for it: " +
          "not by BERTH_BINARY, not as a package, not on the PATH",
    (d) =>
      d.windows
        ? `Run it under Bun or Deno, or let the program write: "berth set KEY VALUE"`
        : `Type "npm install ${d.package}"`,
    { windows: false, package: "@example/berth" },
  ),
  lock_program_failed: kind(
    Exit.failed,
    (d: { program: string; why: string }) => `Cannot lock a file by ${quotePath(d.program)}: ${d.why}`,
    () => `Name a berth of this library's version: export BERTH_BINARY=PATH`,
    { program: "/usr/bin/berth", why: "it ended with 127" },
  ),
  store_refused: kind(
    Exit.refused,
    (d: { directory: string; why: string }) => `Refusing the store ${quotePath(d.directory)}: ${d.why}`,
    () => `Set BERTH_HOME to a directory of your own`,
    { directory: "/home/me/.local/state/berth", why: "it is a symbolic link" },
  ),
  store_foreign: kind(
    Exit.refused,
    (d: { directory: string; own: string }) =>
      `Refusing the store ${quotePath(d.directory)}: it holds things that are not berth's`,
    (d) => `Name one of its own: export BERTH_HOME=${quotePath(d.own)}`,
    { directory: "/tmp", own: "/tmp/berth" },
  ),
  corrupt_record: kind(
    Exit.data,
    (d: { file: string; why: string; moved?: string }) =>
      `Cannot use ${d.file}: ${d.why}${d.moved === undefined ? "" : `; its bytes are kept in ${d.moved}`}`,
    (d) =>
      d.moved === undefined
        ? `Type "berth doctor --fix" to move it into quarantine`
        : `The session starts anew with the next write`,
    {
      file: `"/home/me/.local/state/berth/sessions/ex--build_5d.session.json"`,
      why: "it is empty (0 bytes)",
    },
  ),
  newer_record: kind(
    Exit.data,
    (d: { file: string; schema: number }) =>
      `Cannot use ${d.file}: a newer program wrote it (schema ${d.schema})`,
    () => `Use the newer berth; the file stays as it is`,
    { file: `"/home/me/.local/state/berth/sessions/ex--build_5d.session.json"`, schema: 2 },
  ),
  record_too_large: kind(
    Exit.refused,
    (d: { id: string; bytes: number; limit: number }) =>
      `Cannot keep session ${d.id}: it would take ${d.bytes} bytes, at most ${d.limit} fit`,
    () => `Keep large values in a file and their path here; nothing was changed`,
    { id: `"ex--build_5d"`, bytes: 9_000_000, limit: 8_454_144 },
  ),
  bad_record: kind(
    Exit.failed,
    (d: { id: string; why: string }) =>
      `Cannot keep session ${quote(d.id)}: the change leaves no valid record (${d.why})`,
    () => `Leave the fields of the record as they are documented; nothing was changed`,
    { id: "ex--build_5d", why: "status does not fit" },
  ),
  no_such_session: kind(
    Exit.noSession,
    (d: { given: string; shared?: boolean }) => `No session ${quote(d.given)}`,
    (d) => `Type "berth list${d.shared === true ? " --shared" : ""}" for the sessions there are`,
    { given: "auth" },
  ),
  ambiguous_session: kind(
    Exit.noSession,
    (d: { given: string; candidates: readonly string[]; command: string }) =>
      `Session ${quote(d.given)} is ambiguous: ${d.candidates.slice(0, 10).join(", ")}${
        d.candidates.length > 10 ? ` and ${d.candidates.length - 10} more` : ""
      }`,
    (d) => `Type the whole of the one that is meant: "${d.command}"`,
    {
      given: "anchor--3f",
      candidates: ["anchor--3f0c", "anchor--3f9a"],
      command: "berth show anchor--3f0c",
    },
  ),
  other_project: kind(
    Exit.noSession,
    (d: { given: string; root: string; here: string; command: string }) =>
      `Session ${quote(d.given)} is one of project ${quotePath(d.root)}, and this is ${quotePath(d.here)}`,
    (d) => `Type "${d.command}" to mean it`,
    {
      given: "auth",
      root: "/home/me/api",
      here: "/home/me/web",
      command: "berth destroy api/auth --cleanup",
    },
  ),
  no_session_here: kind(
    Exit.noSession,
    (d: { directory: string }) => `No session has its worktree around ${quotePath(d.directory)}`,
    () => `Type "berth list" for the sessions there are`,
    { directory: "/home/me/project" },
  ),
  no_such_archive: kind(
    Exit.noSession,
    (d: { given: string }) => `No archive ${quote(d.given)}`,
    () => `Type "berth archives" for the archives there are`,
    { given: "ex--build_5d--reset--2026-03-01T09-30-00Z--000" },
  ),
  session_exists: kind(
    Exit.refused,
    (d: { id: string; archive: string }) =>
      `Cannot restore ${quote(d.archive)}: session ${quote(d.id)} is there`,
    (d) => `Type "berth restore --force ${d.archive}" to archive that one first`,
    { id: "ex--build_5d", archive: "ex--build_5d--reset--2026-03-01T09-30-00Z--000" },
  ),
  session_live: kind(
    Exit.busy,
    (d: { id: string; action: string; why: string; atWork?: boolean }) =>
      `Cannot ${d.action} session ${quote(d.id)}: ${d.why}`,
    (d) =>
      d.atWork === true
        ? `Wait until that is done, and type the command again`
        : `End what uses it, or type the command again with --force`,
    { id: "ex--build_5d", action: "delete", why: "a process uses it" },
  ),
  session_named: kind(
    Exit.refused,
    (d: { id: string; name: string }) =>
      `Cannot delete session ${quote(d.id)}: it is the named session ${
        quote(d.name)
      }, with a worktree of its own`,
    (d) => `Type "berth destroy ${d.name}", which looks after the worktree`,
    { id: "uuid--5d0f4c1e-6a61-4f0e-9a54-0a5fb5d9f9d1", name: "auth" },
  ),
  names_used_up: kind(
    Exit.refused,
    (d: { file: string; folder: string }) =>
      `Cannot move ${d.file} to the ${d.folder}: all 1000 names of this second are taken`,
    () => `Try again in a second`,
    { file: `"/home/me/.local/state/berth/sessions/ex--build_5d.session.json"`, folder: "archive" },
  ),
  no_such_key: kind(
    Exit.failed,
    (d: { key: string; id: string }) => `No key ${quote(d.key)} in session ${quote(d.id)}`,
    () => `Type "berth keys" for the keys there are`,
    { key: "branch", id: "ex--build_5d" },
  ),
  not_a_number: kind(
    Exit.failed,
    (d: { key: string; value: string }) =>
      `Cannot add to key ${quote(d.key)}: its value ${quote(d.value)} is no integer`,
    (d) => `Type "berth set ${d.key} 0" to start from 0`,
    { key: "builds", value: "many" },
  ),
  bad_key: kind(
    Exit.usage,
    (d: { key: string }) =>
      `Key ${quote(d.key)} is empty or no text, has control characters or is longer than 1000 characters`,
    () => `Type a short key of printable characters`,
    { key: "" },
  ),
  bad_json: kind(
    Exit.usage,
    (d: { value: string; why: string }) => `Value ${quote(d.value)} cannot be kept as JSON: ${d.why}`,
    () => `Leave out --json-value to keep the text as it is`,
    { value: "{branch: main}", why: "it is no JSON" },
  ),
  bad_step: kind(
    Exit.usage,
    (d: { value: string }) => `Cannot add ${quote(d.value)}: it is no integer within 2^53`,
    () => `Type a whole number such as 1 or -1`,
    { value: "one" },
  ),
  bad_text_setting: kind(
    Exit.usage,
    (d: { name: string; value: string; wanted: string }) =>
      `Setting ${quote(d.name)} wants ${d.wanted}, ${quote(d.value)} given`,
    (d) => `Type "berth config --unset ${d.name}" for what it is by default`,
    { name: "branch.prefix", value: "my branch", wanted: "the beginning of a branch's name" },
  ),
  unknown_setting: kind(
    Exit.usage,
    (d: { name: string; names: readonly string[] }) => `Unknown setting ${quote(d.name)}`,
    (d) => `Type one of ${d.names.join(", ")}`,
    { name: "maxDays", names: ["maxAgeDays", "maxCount"] },
  ),
  bad_setting: kind(
    Exit.usage,
    (d: { name: string; value: string }) =>
      `Setting ${quote(d.name)} wants a whole number, ${quote(d.value)} given`,
    (d) => `Type "berth config ${d.name} NUMBER", or "berth config --unset ${d.name}"`,
    { name: "maxCount", value: "many" },
  ),
  no_such_program: kind(
    Exit.noProgram,
    (d: { program: string; why: string }) => `Cannot start ${quote(d.program)}: ${d.why}`,
    (d) =>
      d.why.includes("interpreter") ? `Check the first line of the script` : `Check its spelling and PATH`,
    { program: "claud", why: "No such file or directory" },
  ),
  unfit_program: kind(
    Exit.unfitProgram,
    (d: { program: string; why: string }) => `Cannot execute ${quote(d.program)}: ${d.why}`,
    (d) =>
      d.why === "Permission denied"
        ? `Make it executable with "chmod +x", unless it is a directory or its file system is mounted noexec`
        : `Check what it is with "file", and its first line if it is a script`,
    { program: "./build.sh", why: "Permission denied" },
  ),
  cannot_spawn: kind(
    Exit.failed,
    (d: { program: string; why: string }) => `Cannot make a process for ${quote(d.program)}: ${d.why}`,
    () =>
      `End programs, or raise what limits them here: "ulimit -u", "ulimit -v", pids.max, a seccomp filter`,
    { program: "make", why: "Resource temporarily unavailable" },
  ),
  number_too_large: kind(
    Exit.failed,
    (d: { key: string }) =>
      `Cannot add to key ${quote(d.key)}: the sum is beyond 2^53 and would not be exact`,
    () => `Type a smaller number`,
    { key: "builds" },
  ),
} as const);
