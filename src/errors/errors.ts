/**
 * Every failure that berth can report, in one closed table: its stable code, its exit status, its text and
 * what to type next. Code that fails throws `fail(code, data)`; `cli/report.ts` alone prints it.
 *
 * Rules for the texts, held by a test over the examples: a sentence that starts with a capital (a text that
 * the design fixes verbatim excepted) and has no final period, names the action that failed, quotes the value.
 */

/** Exit statuses, as documented by `berth help errors`. */
export const Exit = {
  done: 0,
  failed: 1,
  usage: 2,
  noSession: 3,
  unstable: 4,
  busy: 5,
  refused: 6,
  data: 7,
  /** As shells say it of a file that cannot be executed. */
  unfitProgram: 126,
  /** As shells say it of a command that is not there. */
  noProgram: 127,
} as const;

export type ExitStatus = (typeof Exit)[keyof typeof Exit];

interface Kind<Data> {
  readonly exit: ExitStatus;
  readonly message: (data: Data) => string;
  readonly hint: (data: Data) => string;
  /** Data of a real case, from which the tests and `berth help errors` render the texts. */
  readonly example: Data;
}

function kind<Data>(
  exit: ExitStatus,
  message: (data: Data) => string,
  hint: (data: NoInfer<Data>) => string,
  example: NoInfer<Data>,
): Kind<Data> {
  return { exit, message, hint, example };
}

/**
 * A value as it stands in a message: quoted, at most `longest` characters, with everything escaped that a terminal would
 * obey or that would turn the text round: control characters, and those that are invisible or set a direction.
 */
export function quote(value: string, longest = 80): string {
  const shown = value.length > longest ? `${value.slice(0, longest - 3)}...` : value;
  return JSON.stringify(shown).replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    escaped,
  );
}

/** Characters that a terminal obeys or that are invisible or turn text round; lines and tabs are none of them. */
const OBEYED =
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Text of somebody else's, of several lines perhaps, with everything escaped that a terminal would obey. */
export const visible = (text: string): string => text.replace(OBEYED, escaped);

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** A path, quoted and whole: people copy it from the message. */
export const quotePath = (path: string): string => quote(path, 8192);

const nearest = (near: string | undefined, otherwise: string): string =>
  near === undefined ? otherwise : `Did you mean "${near}"?`;

/** How a command is called; the one of `berth` alone has no name. */
const called = (...words: readonly string[]): string => ["berth", ...words].join(" ").trimEnd();

/**
 * The table. Made when somebody fails or asks, since its hundred entries would have to be made at every start, and
 * what is called a hundred times (`kind`) is compiled by the engine, which starts threads for it.
 */
export const kinds = () => ({
  // The command line
  unknown_command: kind(
    Exit.usage,
    (d: { given: string; near?: string | undefined }) => `Unknown command ${quote(d.given)}`,
    (d) => nearest(d.near, `Type "berth help" for the list of commands`),
    { given: "exlpain", near: "explain" },
  ),
  unknown_option: kind(
    Exit.usage,
    (d: { given: string; command: string; near?: string | undefined }) =>
      `Unknown option ${quote(d.given)} for "${called(d.command)}"`,
    (d) => nearest(d.near, `Type "${called("help", d.command)}" for its options`),
    { given: "--jsno", command: "id", near: "--json" },
  ),
  option_needs_value: kind(
    Exit.usage,
    (d: { option: string }) => `Option ${quote(d.option)} needs a value that is not empty`,
    (d) => `Type "${d.option} VALUE"`,
    { option: "--session-id" },
  ),
  option_takes_no_value: kind(
    Exit.usage,
    (d: { option: string; value: string }) =>
      `Option ${quote(d.option)} takes no value, ${quote(d.value)} given`,
    (d) => `Type "${d.option}" alone`,
    { option: "--json", value: "yes" },
  ),
  bad_option_value: kind(
    Exit.usage,
    (d: { option: string; value: string; wanted: string }) =>
      `Option ${quote(d.option)} wants ${d.wanted}, ${quote(d.value)} given`,
    (d) => `Type "${d.option}" with ${d.wanted}`,
    { option: "--scope", value: "tab", wanted: "pane, window or session" },
  ),
  missing_argument: kind(
    Exit.usage,
    (d: { command: string; usage: string }) => `Missing argument for "berth ${d.command}"`,
    (d) => `Type "berth ${d.usage}"`,
    { command: "set", usage: "set <key> <value>" },
  ),
  unexpected_argument: kind(
    Exit.usage,
    (d: { command: string; given: string; usage: string }) =>
      `Unexpected argument ${quote(d.given)} for "berth ${d.command}"`,
    (d) => `Type "berth ${d.usage}"`,
    { command: "id", given: "x", usage: "id" },
  ),
  not_utf8: kind(
    Exit.usage,
    (d: { what: string; value: string }) => `Cannot take ${d.what} that is no UTF-8 text: ${quote(d.value)}`,
    () => `Convert it with "iconv -t UTF-8", or encode the bytes with "base64"`,
    { what: "an argument", value: "caf\ufffd" },
  ),
  unknown_topic: kind(
    Exit.usage,
    (d: { given: string; near?: string | undefined }) => `No help on ${quote(d.given)}`,
    (d) => nearest(d.near, `Type "berth help" for the list of commands`),
    { given: "exlpain", near: "explain" },
  ),

  // Spelling of an ID
  empty_label: kind(
    Exit.usage,
    (d: { label: string }) => `Session label ${quote(d.label)} has an empty namespace or payload`,
    () => `Type a label such as "my-session" or "team--my-session"`,
    { label: "team--" },
  ),
  control_in_label: kind(
    Exit.usage,
    (d: { label: string }) => `Session label ${quote(d.label)} contains a control character`,
    () => `Type a label of printable characters`,
    { label: "a\nb" },
  ),
  bad_namespace: kind(
    Exit.usage,
    (d: { namespace: string }) =>
      `Session namespace ${quote(d.namespace)} has characters outside A-Z a-z 0-9 . _ -`,
    () => `Type a namespace of these characters, or leave it out`,
    { namespace: "my team" },
  ),
  namespace_too_long: kind(
    Exit.usage,
    (d: { namespace: string; length: number }) =>
      `Session namespace ${quote(d.namespace)} is ${d.length} characters long, at most 60 fit`,
    () => `Type a shorter namespace`,
    { namespace: "n".repeat(61), length: 61 },
  ),

  // Identity
  no_stable_session: kind(
    Exit.unstable,
    (_: Record<string, never>) => `No stable session here: nothing that outlives this command could be found`,
    () => `Type "berth explain" to see why, or name a session with --session-id LABEL`,
    {},
  ),

  // Store
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
    () =>
      `Check that you may write there and that the file system has locks, or set BERTH_HOME to another place`,
    { file: `"/home/me/.local/state/berth/sessions/ex--build_5d.session.lock"`, why: "Permission denied" },
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
    (d: { given: string }) => `No session ${quote(d.given)}`,
    () => `Type "berth list" for the sessions there are`,
    { given: "auth" },
  ),
  ambiguous_session: kind(
    Exit.noSession,
    (d: { given: string; candidates: readonly string[] }) =>
      `Session ${quote(d.given)} is ambiguous: ${d.candidates.slice(0, 10).join(", ")}${
        d.candidates.length > 10 ? ` and ${d.candidates.length - 10} more` : ""
      }`,
    () => `Type more of the ID`,
    { given: "anchor--3f", candidates: ["anchor--3f0c", "anchor--3f9a"] },
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
    (d: { id: string; action: string; why: string }) => `Cannot ${d.action} session ${quote(d.id)}: ${d.why}`,
    () => `End what uses it, or type the command again with --force`,
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
      `Key ${quote(d.key)} is empty, has control characters or is longer than 1000 characters`,
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

  // Sessions
  MAX_SESSIONS: kind(
    Exit.refused,
    (d: { limit: number }) => `Maximum ${d.limit} sessions supported. Destroy a session to create a new one.`,
    () => `Type "berth list" for the sessions, or "berth config limits.sessions N" for another limit`,
    { limit: 4 },
  ),
  ROLE_TAKEN: kind(
    Exit.refused,
    (d: { role: string; by: string }) => `Role ${quote(d.role)} is held by session ${quote(d.by)}`,
    (d) => `Type "berth stop ${d.by}", or choose another role`,
    { role: "reviewer", by: "auth" },
  ),
  bad_name: kind(
    Exit.usage,
    (d: { name: string }) => `Session name ${quote(d.name)} is not 1 to 50 characters of A-Z a-z 0-9 and -`,
    () => `Type a name such as "auth-2", or none to have one made up`,
    { name: "my session" },
  ),
  name_taken: kind(
    Exit.refused,
    (d: { name: string; root: string }) =>
      `Cannot make session ${quote(d.name)}: there is one in ${quotePath(d.root)}`,
    (d) => `Type "berth resume ${d.name}", or choose another name`,
    { name: "auth", root: "/home/me/project" },
  ),
  invalid_transition: kind(
    Exit.busy,
    (d: { session: string; event: string; state: string; why: string }) =>
      `Session ${quote(d.session)} in state ${d.state} takes no ${d.event}: ${d.why}`,
    (d) => `Type "berth show ${d.session}" to see where it stands`,
    { session: "auth", event: "heartbeat", state: "TERMINATING", why: "it is ending" },
  ),
  session_running: kind(
    Exit.busy,
    (d: { session: string; action: string; why: string }) =>
      `Cannot ${d.action} session ${quote(d.session)}: ${d.why}`,
    (d) => `Type "berth stop ${d.session}" first, or "berth wait ${d.session}" to wait for its end`,
    { session: "auth", action: "resume", why: "its command runs as process 4711" },
  ),
  session_unfinished: kind(
    Exit.busy,
    (d: { session: string; action: string; doing: string }) =>
      `Cannot ${d.action} session ${quote(d.session)}: the process by which it was being ${d.doing} is gone`,
    () => `Type "berth doctor --fix" to finish or undo that`,
    { session: "auth", action: "run in", doing: "made" },
  ),
  not_a_named_session: kind(
    Exit.refused,
    (d: { id: string; action: string }) =>
      `Cannot ${d.action} session ${quote(d.id)}: it was not made by "berth new"`,
    () => `Type "berth delete" for a session without a worktree`,
    { id: "ex--build_5d", action: "destroy" },
  ),
  options_exclude: kind(
    Exit.usage,
    (d: { one: string; other: string }) => `Options ${quote(d.one)} and ${quote(d.other)} exclude each other`,
    (d) => `Leave out ${d.one} or ${d.other}`,
    { one: "--existing-branch", other: "--base" },
  ),
  no_command: kind(
    Exit.usage,
    (d: { session: string }) => `Cannot resume session ${quote(d.session)}: no command was run in it yet`,
    (d) => `Type "berth run ${d.session} -- COMMAND"`,
    { session: "auth" },
  ),
  cleanup_failed: kind(
    Exit.failed,
    (d: { session: string; why: string }) => `Cannot clean up after session ${quote(d.session)}: ${d.why}`,
    (d) => `Type "berth stop ${d.session}" to try again`,
    { session: "auth", why: "Permission denied" },
  ),
  stop_failed: kind(
    Exit.failed,
    (d: { session: string; pid: number; why: string }) =>
      `Cannot stop session ${quote(d.session)}: process ${d.pid} ${d.why}`,
    () => `End it by hand`,
    { session: "auth", pid: 4711, why: "belongs to another user" },
  ),
  wait_timeout: kind(
    Exit.busy,
    (d: { session: string; what: string; seconds: number }) =>
      `Session ${quote(d.session)} did not ${d.what} within ${d.seconds} s`,
    () => `Wait longer with --timeout SECONDS`,
    { session: "auth", what: "end", seconds: 10 },
  ),
  stop_unseen: kind(
    Exit.busy,
    (d: { session: string; pid: number | null }) =>
      `Cannot stop session ${quote(d.session)}: process ${d.pid ?? "(unknown)"} cannot be seen from here`,
    (d) =>
      `Stop it in the container or as the user that started it; where you know that it is gone, type "berth stop ${d.session} --force"`,
    { session: "auth", pid: 4711 },
  ),
  wait_ended: kind(
    Exit.failed,
    (d: { session: string; until: string }) =>
      `Session ${quote(d.session)} ended before it was ${quote(d.until)}`,
    (d) => `Type "berth show ${d.session}" to see how it ended`,
    { session: "auth", until: "waiting" },
  ),
  git_missing: kind(
    Exit.failed,
    (_: Record<string, never>) => `Cannot start git: PATH has none`,
    () => `Install git 2.30 or newer, or make a session without a worktree: "berth new --no-worktree"`,
    {},
  ),
  git_failed: kind(
    Exit.failed,
    (d: { action: string; why: string }) => `Cannot ${d.action}: git says ${quote(d.why, 500)}`,
    () => `Nothing was changed; put right what git names and try again`,
    { action: "make the worktree", why: "No space left on device" },
  ),
  not_a_repository: kind(
    Exit.failed,
    (d: { directory: string; why: string }) =>
      `Cannot make a worktree from ${quotePath(d.directory)}: git says ${quote(d.why, 500)}`,
    () => `Go into a git repository, or make a session without a worktree: "berth new --no-worktree"`,
    { directory: "/tmp", why: "not a git repository (or any of the parent directories): .git" },
  ),
  newline_in_path: kind(
    Exit.failed,
    (d: { directory: string }) =>
      `Cannot find the repository of ${quotePath(d.directory)}: one of its paths has a newline, or is gone`,
    () => `Move the repository to a path without a newline`,
    { directory: "/home/me/pro\nject" },
  ),
  main_checkout_unknown: kind(
    Exit.failed,
    (d: { directory: string }) => `Cannot tell the main checkout of the worktree ${quotePath(d.directory)}`,
    () => `Name the main checkout with --path DIR`,
    { directory: "/home/me/project-2" },
  ),
  no_commits: kind(
    Exit.failed,
    (_: Record<string, never>) => `Cannot make a worktree: the repository has no commit yet`,
    () => `Type "git commit --allow-empty -m start" first`,
    {},
  ),
  no_such_ref: kind(
    Exit.failed,
    (d: { ref: string }) => `Cannot start from ${quote(d.ref)}: it names no commit`,
    () => `Type "git branch --all" for the branches there are`,
    { ref: "origin/mian" },
  ),
  bad_branch: kind(
    Exit.usage,
    (d: { branch: string }) => `Git takes no branch named ${quote(d.branch)}`,
    () => `Type a name as "git check-ref-format" describes it`,
    { branch: "a..b" },
  ),
  no_such_branch: kind(
    Exit.failed,
    (d: { branch: string }) => `No branch ${quote(d.branch)}`,
    (d) => `Type "--branch ${d.branch}" to make it`,
    { branch: "feature/auth" },
  ),
  branch_exists: kind(
    Exit.refused,
    (d: { branch: string }) => `Cannot make branch ${quote(d.branch)}: there is one`,
    (d) => `Type "--existing-branch ${d.branch}" to work on it, or choose another name`,
    { branch: "feature/auth" },
  ),
  branch_clash: kind(
    Exit.refused,
    (d: { branch: string; other: string }) =>
      `Cannot make branch ${quote(d.branch)}: branch ${quote(d.other)} is in its way`,
    () => `Choose another name: git keeps no branch below or above another`,
    { branch: "feature/auth", other: "feature" },
  ),
  branch_checked_out: kind(
    Exit.refused,
    (d: { branch: string; at: string }) =>
      `Cannot take branch ${quote(d.branch)}: it is checked out in ${quotePath(d.at)}`,
    () => `Make a branch of its own with --branch and --base`,
    { branch: "main", at: "/home/me/project" },
  ),
  branch_not_ours: kind(
    Exit.refused,
    (d: { branch: string; session: string }) =>
      `Cannot delete branch ${quote(d.branch)}: session ${quote(d.session)} adopted it and did not make it`,
    (d) => `Leave out --delete-branch, or type "git branch -d ${d.branch}" afterwards`,
    { branch: "main", session: "auth" },
  ),
  branch_unmerged: kind(
    Exit.refused,
    (d: { branch: string }) =>
      `Cannot delete branch ${quote(d.branch)}: it has commits that no other branch and no remote has`,
    () => `Merge or push it, or type the command again with --force to lose them`,
    { branch: "feature/auth" },
  ),
  branch_in_use: kind(
    Exit.refused,
    (d: { branch: string; at: string }) =>
      `Cannot delete branch ${quote(d.branch)}: it is checked out in ${quotePath(d.at)}`,
    () => `Remove the worktree as well, with --cleanup`,
    { branch: "feature/auth", at: "/home/me/project/.worktrees/5d0f4c1e-6a61-4f0e-9a54-0a5fb5d9f9d1" },
  ),
  worktree_refused: kind(
    Exit.refused,
    (d: { path: string; why: string }) => `Refusing the worktree ${quotePath(d.path)}: ${d.why}`,
    () => `Look at the path; without --cleanup nothing there is touched`,
    {
      path: "/home/me/project/.worktrees/5d0f4c1e-6a61-4f0e-9a54-0a5fb5d9f9d1",
      why: "/home/me/project/.worktrees is a symbolic link",
    },
  ),
  worktree_missing: kind(
    Exit.failed,
    (d: { session: string; path: string }) =>
      `Cannot run in session ${quote(d.session)}: its directory ${quotePath(d.path)} is gone`,
    (d) => `Type "berth destroy ${d.session}", or put it back with "git worktree add"`,
    { session: "auth", path: "/home/me/project/.worktrees/5d0f4c1e-6a61-4f0e-9a54-0a5fb5d9f9d1" },
  ),
  bad_directory: kind(
    Exit.failed,
    (d: { path: string; why: string }) => `Cannot use directory ${quotePath(d.path)}: ${d.why}`,
    () => `Check its spelling and that you may enter it`,
    { path: "/home/me/projcet", why: "No such file or directory" },
  ),
  work_at_risk: kind(
    Exit.refused,
    (d: { session: string; lost: readonly string[] }) =>
      `Cannot remove the worktree of session ${quote(d.session)}: it has ${d.lost.join(", ")}`,
    () => `Commit or stash what you want to keep, or type the command again with --force to lose it`,
    { session: "auth", lost: ["2 changed files", "1 untracked file"] },
  ),
  destroy_unfinished: kind(
    Exit.failed,
    (d: { session: string; why: string }) => `Cannot finish destroying session ${quote(d.session)}: ${d.why}`,
    (d) => `Put right what git names, then type "berth destroy ${d.session} --cleanup" again`,
    { session: "auth", why: 'cannot remove the worktree: git says "Permission denied"' },
  ),
  bad_hooks: kind(
    Exit.failed,
    (d: { file: string; why: string }) => `Cannot read the hooks in ${quotePath(d.file)}: ${d.why}`,
    () => `Type "berth help trust" for what the file holds`,
    { file: "/home/me/project/.berth.json", why: "hooks.post-create does not fit" },
  ),
  no_hooks: kind(
    Exit.failed,
    (d: { directory: string }) => `No hooks to trust: there is no .berth.json in ${quotePath(d.directory)}`,
    () => `Type "berth help trust" for what the file holds`,
    { directory: "/home/me/project" },
  ),
  hook_failed: kind(
    Exit.refused,
    (d: { hook: string; session: string; why: string }) =>
      `Hook ${d.hook} keeps session ${quote(d.session)} from it: ${d.why}`,
    (d) => `Type "berth history ${d.session}" for its output, or leave it out with --no-hooks`,
    { hook: "pre-destroy", session: "auth", why: "it ended with status 1" },
  ),
  bad_workspace_file: kind(
    Exit.data,
    (d: { file: string; why: string }) => `Cannot import ${quotePath(d.file)}: ${d.why}`,
    () => `Type "berth doctor --fix" in the repository to rebuild its sessions from the worktrees`,
    { file: "sessions.json", why: "it is no whole JSON document" },
  ),

  // Files and streams
  write_failed: kind(
    Exit.failed,
    (d: { what: string; why: string }) => `Cannot write to ${d.what}: ${d.why}`,
    () => `Check that the target has space left and is writable`,
    { what: "standard output", why: "No space left on device" },
  ),
  read_failed: kind(
    Exit.failed,
    (d: { what: string; why: string }) => `Cannot read ${d.what}: ${d.why}`,
    () => `Check that it exists and that you may read it`,
    { what: `"/proc/self/stat"`, why: "Permission denied" },
  ),
  // Hooks
  unknown_shell: kind(
    Exit.usage,
    (d: { given: string; near?: string | undefined }) => `No hook for shell ${quote(d.given)}`,
    (d) => nearest(d.near, `Type one of bash, zsh, fish, pwsh and nu`),
    { given: "zhs", near: "zsh" },
  ),
  no_hook: kind(
    Exit.failed,
    (d: { command: string }) =>
      `Cannot ${d.command}: this shell has not loaded the hook, and only a shell can change itself`,
    (d) =>
      `Load the hook (see "berth help init") and type "berth ${d.command}" with nothing before "${d.command}"`,
    { command: "use" },
  ),
  session_given: kind(
    Exit.refused,
    (d: { label: string }) =>
      `Cannot use another session: BERTH_SESSION is set to ${quote(d.label)} and counts before it`,
    () => `Unset BERTH_SESSION first`,
    { label: "my-session" },
  ),

  // Confined files
  path_escapes_boundary: kind(
    Exit.refused,
    (d: { path: string }) => `Path ${quote(d.path)} leads out of the project root`,
    () => `Type a path that stays inside; ".." may not climb above the root`,
    { path: "../../../etc/passwd" },
  ),
  path_outside_boundary: kind(
    Exit.refused,
    (d: { path: string; root: string }) =>
      `Path ${quote(d.path)} is not inside the project root ${quote(d.root)}`,
    () => `Type a path relative to the root, or an absolute one below it`,
    { path: "/etc/passwd", root: "/srv/app" },
  ),
  symlink_escapes_boundary: kind(
    Exit.refused,
    (d: { path: string }) => `Path ${quote(d.path)} leads out of the project root through a link`,
    () => `Links are followed inside the root only; type the path of a file that is inside`,
    { path: "link/passwd" },
  ),
  invalid_path: kind(
    Exit.usage,
    (d: { path: string; why: string }) => `Cannot use path ${quote(d.path)}: ${d.why}`,
    () => `Type the path of a file as the file system knows it`,
    { path: "a\0b", why: "it has a NUL character" },
  ),
  root_confines_nothing: kind(
    Exit.refused,
    (d: { path: string }) => `Cannot use ${quote(d.path)} as a project root: everything would be inside it`,
    () => `Give the session a project root that is a directory of its own`,
    { path: "/" },
  ),
  no_project_root: kind(
    Exit.refused,
    (d: { session: string }) => `Session ${quote(d.session)} has no project root, so it has no files`,
    () => `Type "berth new" for a session with a worktree of its own, or give the directory with --root DIR`,
    { session: "ex--my-session_01" },
  ),
  not_found: kind(
    Exit.failed,
    (d: { path: string }) => `No file or directory at ${quote(d.path)}`,
    () => `Type "berth fs list" to see what is there`,
    { path: "src/mian.ts" },
  ),
  permission_denied: kind(
    Exit.failed,
    (d: { path: string }) => `No permission for ${quote(d.path)}`,
    () => `Check who owns it and its mode with "berth fs stat"`,
    { path: "secret.txt" },
  ),
  is_directory: kind(
    Exit.failed,
    (d: { path: string }) => `Cannot treat ${quote(d.path)} as a file: it is a directory`,
    () => `Type the path of a file in it; "berth fs list" shows them`,
    { path: "src" },
  ),
  not_directory: kind(
    Exit.failed,
    (d: { path: string }) => `Cannot treat ${quote(d.path)} as a directory: something on its way is none`,
    () => `Type "berth fs stat" with a shorter path to see what is in the way`,
    { path: "README.md/x" },
  ),
  special_file: kind(
    Exit.refused,
    (d: { path: string }) => `Cannot use ${quote(d.path)}: it is a FIFO, a socket or a device`,
    () => `Only regular files are read and written`,
    { path: "pipe" },
  ),
  too_large: kind(
    Exit.refused,
    (d: { path: string; size: number; limit: number }) =>
      `Cannot take ${d.size} bytes of ${quote(d.path)} at once: the limit is ${d.limit}`,
    () => `Take it in parts, with an offset and a limit`,
    { path: "core.dump", size: 20000000, limit: 10485760 },
  ),
  too_many_entries: kind(
    Exit.refused,
    (d: { path: string; limit: number }) =>
      `Cannot finish the search for ${quote(d.path)}: more than ${d.limit} entries`,
    () => `Type a narrower pattern, or search a directory further down`,
    { path: "**", limit: 200000 },
  ),
  root_is_fixed: kind(
    Exit.refused,
    (d: { session: string; root: string }) =>
      `Session ${quote(d.session)} has a project root of its own, ${quote(d.root)}`,
    () => `Leave --root out; the session's own root is used`,
    { session: "uuid--7c9e6679-7425-40de-944b-e07fc1f90ae7", root: "/srv/app" },
  ),

  // Lua
  lua_error: kind(
    Exit.failed,
    (d: { message: string }) => `Script failed: ${d.message}`,
    () => `Nothing of it was kept but the files that it wrote; correct it and run it again`,
    { message: "code:1: attempt to index a nil value (global 'x')" },
  ),
  lua_time_limit: kind(
    Exit.failed,
    (d: { seconds: number }) => `Script stopped: it ran longer than ${d.seconds} seconds`,
    () => `Give it more time with --timeout SECONDS, or less to do`,
    { seconds: 30 },
  ),
  lua_memory_limit: kind(
    Exit.failed,
    (d: { limit: number }) => `Script stopped: it needs more than ${d.limit} bytes of memory`,
    () => `Give it more with --memory 128MB, or less to hold`,
    { limit: 67108864 },
  ),
  lua_output_limit: kind(
    Exit.failed,
    (d: { limit: number }) => `Script stopped: it printed or returned more than ${d.limit} bytes`,
    () => `Write what is long to a file with berth.write_file`,
    { limit: 1048576 },
  ),
  lua_state_limit: kind(
    Exit.failed,
    (d: { limit: number }) => `Cannot keep the script's globals: they take more than ${d.limit} bytes`,
    () => `Make them local, set them to nil, or type "berth lua SESSION --reset"`,
    { limit: 262144 },
  ),
  corrupt_lua_state: kind(
    Exit.data,
    (d: { session: string }) =>
      `Cannot read the Lua state of session ${quote(d.session)}: no script can have left it`,
    () => `Type "berth lua SESSION --reset" to forget it`,
    { session: "ex--my-session_01" },
  ),
  lua_not_started: kind(
    Exit.failed,
    (d: { why: string }) => `Cannot start a process for the script: ${d.why}`,
    () => `Raise the limits on open files and processes (see "ulimit -n" and "ulimit -u"), and run it again`,
    { why: "EMFILE" },
  ),
  lua_crashed: kind(
    Exit.failed,
    (d: { why: string }) => `Lua broke down: ${d.why}`,
    () => `Nothing was kept; this is a fault in berth if it happens again`,
    { why: "it was ended by SIGSEGV" },
  ),

  // What the machine denies
  no_native_calls: kind(
    Exit.failed,
    (d: { what: string }) =>
      `Cannot ${d.what}: this process is granted no memory that is both written and executed`,
    () =>
      `Raise "ulimit -v" above 4000000, or lift MemoryDenyWriteExecute or BUN_JSC_useJIT=0; ` +
      `"berth doctor" says what works without`,
    { what: "lock a file" },
  ),
  no_threads: kind(
    Exit.failed,
    (d: { command: string }) => `Cannot run "berth ${d.command}" here: the system grants no thread`,
    () => `End programs, or raise what limits them here: "ulimit -u", pids.max, a seccomp filter`,
    { command: "mcp" },
  ),
  machine_denies: kind(
    Exit.failed,
    (d: { why: string; hint: string }) => `Cannot go on: the system says ${quote(d.why)}`,
    (d) => d.hint,
    { why: "Too many open files", hint: `Raise the limit with "ulimit -n 256", or close what is open` },
  ),

  // Faults
  internal: kind(
    Exit.failed,
    (d: { why: string }) => `Internal error: ${d.why}`,
    () => `This is a fault in berth; please report it with the output of "berth explain --json"`,
    { why: "x is not a function" },
  ),
} as const);

type Kinds = ReturnType<typeof kinds>;
export type Code = keyof Kinds;
type DataOf<C extends Code> = Parameters<Kinds[C]["message"]>[0];

/** A failure as data. `message`, `hint` and `exit` come from the table, by `code`. */
export class BerthError extends Error {
  override readonly name = "BerthError";

  constructor(
    readonly code: Code,
    message: string,
    readonly hint: string,
    readonly exit: ExitStatus,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * Make the failure `code` with its data, to be thrown.
 *
 * @param code which failure of the table
 * @param data the values that its text quotes
 * @param cause the error underneath, kept for debugging, never printed
 */
export function fail<C extends Code>(code: C, data: DataOf<C>, cause?: unknown): BerthError {
  const { exit, message, hint } = kinds()[code] as unknown as Kind<DataOf<C>>;
  return new BerthError(code, message(data), hint(data), exit, cause === undefined ? undefined : { cause });
}
