import { Exit, kind } from "./kind.ts";
import { fewOf, quote, quotePath, shellWord, some } from "./quote.ts";

/** A session's name for a branch: its last part, as far as names may have its characters. */
const nameFor = (branch: string): string =>
  (branch.split("/").at(-1) ?? "").replace(/[^A-Za-z0-9-]+/g, "-").slice(0, 50) || "work";

/** Failures of named sessions, their worktrees and commands. */
export const sessionsErrors = () => ({
  MAX_SESSIONS: kind(
    Exit.refused,
    (d: { limit: number; setting?: string }) =>
      `Maximum ${d.limit} sessions supported. Destroy a session to create a new one.`,
    (d) =>
      `Type "berth list" for the sessions, or "berth config ${d.setting ?? "limits.sessions"} ${
        d.limit + 1
      }" for another limit`,
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
    (d: { name: string; root: string; instead?: string }) =>
      `Cannot make session ${quote(d.name)}: there is one in ${quotePath(d.root)}`,
    (d) =>
      d.instead === undefined
        ? `Type "berth cd ${d.name}" to go there, or choose another name`
        : `Type "${d.instead}" to give it another name`,
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
    (d: { session: string; action: string; why: string; within?: boolean }) =>
      `Cannot ${d.action} session ${quote(d.session)}: ${d.why}${
        d.within === true ? ", and you are in it" : ""
      }`,
    (d) =>
      d.within === true
        ? `End it first, by "exit" perhaps, and type it elsewhere`
        : `Type "berth stop ${d.session}" first, or "berth wait ${d.session}" to wait for its end`,
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
    (d) => `Type "berth delete ${d.id}" for a session without a worktree`,
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
  wait_refused: kind(
    Exit.failed,
    (d: { pid: number }) => `Cannot tell how process ${d.pid} ends: the system lets nobody wait for it`,
    (d) => `Type "ps -p ${d.pid}" to see whether it runs; a filter of system calls keeps wait4(2) from us`,
    { pid: 4711 },
  ),
  no_such_hook: kind(
    Exit.failed,
    (d: { hook: string; session: string }) =>
      `Cannot run hook ${quote(d.hook)} of session ${quote(d.session)}: its project has none`,
    () => `Type "berth help trust" for what its .berth.json may hold`,
    { hook: "post-create", session: "auth" },
  ),
  hook_ended: kind(
    Exit.failed,
    (d: { hook: string; session: string; why: string }) =>
      `Hook ${d.hook} of session ${quote(d.session)} failed: ${d.why}`,
    (d) => `Type "berth history ${d.session}" for the end of its output`,
    { hook: "post-create", session: "auth", why: "it ended with status 1" },
  ),
  hook_not_trusted: kind(
    Exit.refused,
    (d: { hook: string; session: string; file: string }) =>
      `Cannot run hook ${quote(d.hook)} of session ${
        quote(d.session)
      }: nobody trusts what ${d.file} holds now`,
    (d) => `Type "berth trust ${d.session}", then "berth hook run ${d.session} ${d.hook}"`,
    { hook: "post-create", session: "auth", file: ".berth.json" },
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
  repository_unreadable: kind(
    Exit.failed,
    (d: { root: string; why: string }) =>
      `Cannot read the repository ${quotePath(d.root)}: git says ${quote(d.why, 500)}`,
    () => `Put right what git names and try again`,
    { root: "/home/me/shop", why: "bad config line 6 in file .git/config" },
  ),
  dubious_ownership: kind(
    Exit.refused,
    (d: { directory: string; owner: string }) =>
      `Git does not trust the repository ${quotePath(d.directory)}: it belongs to ${d.owner}, not to you`,
    (d) => `Type "git config --global --add safe.directory ${shellWord(d.directory)}" where you trust it`,
    { directory: "/srv/project", owner: "user 1000" },
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
    () => `Type a name as git-check-ref-format(1) describes it`,
    { branch: "a..b" },
  ),
  no_such_branch: kind(
    Exit.failed,
    (d: { branch: string; root: string }) => `No branch ${quote(d.branch)}`,
    (d) => `Type "git -C ${shellWord(d.root)} branch --all" for the branches there are`,
    { branch: "feature/auth", root: "/home/me/shop" },
  ),
  branch_on_remote: kind(
    Exit.refused,
    (d: { branch: string; remote: string; name: string }) =>
      `Cannot make branch ${quote(d.branch)}: there is ${quote(d.remote)}, and it would be another one`,
    (d) =>
      `Type "berth new ${d.name} --existing-branch ${d.branch}" to work on that one, or name another by --branch`,
    { branch: "feature/auth", remote: "origin/feature/auth", name: "auth" },
  ),
  branch_on_remotes: kind(
    Exit.refused,
    (d: { branch: string; remotes: readonly string[] }) =>
      `Cannot tell which branch ${quote(d.branch)} is meant: ${
        d.remotes.map((one) => quote(one)).join(", ")
      }`,
    (d) => `Type "git branch --track ${d.branch} ${d.remotes[0] ?? ""}" to make a branch of one of them`,
    { branch: "feature/auth", remotes: ["origin/feature/auth", "fork/feature/auth"] },
  ),
  branch_exists: kind(
    Exit.refused,
    (d: { branch: string }) => `Cannot make branch ${quote(d.branch)}: there is one`,
    (d) =>
      `Type "berth new ${
        nameFor(d.branch)
      } --existing-branch ${d.branch}" to work on it, or choose another name`,
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
    (d) => `Type "berth new --base ${d.branch}" to make another branch from it`,
    { branch: "main", at: "/home/me/project" },
  ),
  branch_not_ours: kind(
    Exit.refused,
    (d: { branch: string; session: string }) =>
      `Cannot delete branch ${quote(d.branch)}: it was not made for session ${quote(d.session)}`,
    (d) => `Type "berth destroy ${d.session} --cleanup", and then "git branch -d ${d.branch}"`,
    { branch: "main", session: "auth" },
  ),
  branch_unmerged: kind(
    Exit.refused,
    (d: { branch: string; session: string }) =>
      `Cannot delete branch ${quote(d.branch)}: it has commits that no other branch and no remote has`,
    (d) =>
      `Merge or push it, or type "berth destroy ${d.session} --cleanup --delete-branch --force-branch", ` +
      `which keeps them for "berth restore ${d.session} --worktree"`,
    { branch: "feature/auth", session: "auth" },
  ),
  branch_in_use: kind(
    Exit.refused,
    (d: { branch: string; at: string; session: string; own: boolean }) =>
      `Cannot delete branch ${quote(d.branch)}: it is checked out in ${quotePath(d.at)}`,
    (d) =>
      d.own
        ? `Type "berth destroy ${d.session} --cleanup --delete-branch" to remove the worktree as well`
        : `Type "git -C ${shellWord(d.at)} switch --detach" to let go of it there, then the command again`,
    {
      branch: "feature/auth",
      at: "/home/me/project/.worktrees/5d0f4c1e-6a61-4f0e-9a54-0a5fb5d9f9d1",
      session: "auth",
      own: true,
    },
  ),
  worktree_refused: kind(
    Exit.refused,
    (d: { path: string; why: string; mendable?: boolean }) =>
      `Refusing the worktree ${quotePath(d.path)}: ${d.why}`,
    (d) =>
      d.mendable === true
        ? `Type "berth doctor --fix", which puts it right where that can be told, and the command again`
        : `Look at the path; without --cleanup nothing there is touched`,
    {
      path: "/home/me/project/.worktrees/5d0f4c1e-6a61-4f0e-9a54-0a5fb5d9f9d1",
      why: "/home/me/project/.worktrees is a symbolic link",
    },
  ),
  worktree_broken: kind(
    Exit.refused,
    (d: { session: string; path: string; why: string }) =>
      `Cannot work in session ${quote(d.session)}: ${quotePath(d.path)} is no worktree, ${d.why}`,
    () => `Type "berth doctor --fix" to make it one again; its files stay`,
    {
      session: "auth",
      path: "/home/me/project/.worktrees/5d0f4c1e-6a61-4f0e-9a54-0a5fb5d9f9d1",
      why: "its .git file is gone",
    },
  ),
  worktree_moved: kind(
    Exit.refused,
    (d: { session: string; path: string; to: string }) =>
      `Cannot remove the worktree of session ${quote(d.session)}: it was moved from ${
        quotePath(d.path)
      } to ` +
      quotePath(d.to),
    () => `Type "berth doctor --fix" to bind the session to its new place`,
    {
      session: "auth",
      path: "/home/me/project/.worktrees/5d0f4c1e-6a61-4f0e-9a54-0a5fb5d9f9d1",
      to: "/home/me/auth",
    },
  ),
  worktree_missing: kind(
    Exit.failed,
    (d: { session: string; path: string }) =>
      `Cannot work in session ${quote(d.session)}: its directory ${quotePath(d.path)} is gone`,
    (d) =>
      `Type "berth doctor --fix", which finds a worktree that was moved, or "berth destroy ${d.session}"; ` +
      `a removed one comes back by "berth restore ${d.session} --worktree"`,
    { session: "auth", path: "/home/me/project/.worktrees/5d0f4c1e-6a61-4f0e-9a54-0a5fb5d9f9d1" },
  ),
  bad_directory: kind(
    Exit.failed,
    (d: { path: string; why: string }) => `Cannot use directory ${quotePath(d.path)}: ${d.why}`,
    () => `Check its spelling and that you may enter it`,
    { path: "/home/me/projcet", why: "No such file or directory" },
  ),
  worktrees_inside: kind(
    Exit.refused,
    (d: { path: string; inside: readonly string[] }) =>
      `Cannot remove the worktree ${quotePath(d.path)}: inside of it is the worktree ${some(d.inside)}`,
    (d) =>
      `Type "${
        d.inside.map((path) => `git worktree remove ${shellWord(path)}`).join("; ")
      }", then the command again`,
    {
      path: "/home/me/project/.worktrees/5d0f4c1e-6a61-4f0e-9a54-0a5fb5d9f9d1",
      inside: ["/home/me/project/.worktrees/5d0f4c1e-6a61-4f0e-9a54-0a5fb5d9f9d1/agent"],
    },
  ),
  work_not_kept: kind(
    Exit.refused,
    (d: { path: string; why: string; writing?: boolean }) =>
      `Cannot keep ${quotePath(d.path)} for an undo: ${d.why}`,
    (d) =>
      d.writing === true
        ? `End who writes there, then type the command again`
        : `Rename or move it, then type the command again`,
    { path: "caf\uFFFD", why: "its name is not UTF-8" },
  ),
  work_too_large: kind(
    Exit.refused,
    (d: { session: string; bytes: number; limit: number; path: string }) =>
      `Cannot keep what is in the worktree of session ${
        quote(d.session)
      } for an undo: it takes ${d.bytes} bytes, ` +
      `at most ${d.limit} are kept (the largest file is ${quotePath(d.path)})`,
    (d) => `Type "berth config limits.removedMB ${Math.ceil(d.bytes / 2 ** 20)}", then the command again`,
    { session: "auth", bytes: 734_003_200, limit: 536_870_912, path: "data/dump.sql" },
  ),
  work_lost: kind(
    Exit.data,
    (d: { commit: string; why: string }) => `Cannot bring back what ${quote(d.commit)} kept: ${d.why}`,
    () => `Type "git fsck --lost-found" to look for what git still has`,
    { commit: "refs/berth/removed/5d0f4c1e-6a61-4f0e-9a54-0a5fb5d9f9d1", why: "there is no such ref" },
  ),
  place_taken: kind(
    Exit.refused,
    (d: { session: string; path: string; to: string }) =>
      `Cannot bring back the worktree of session ${quote(d.session)}: something is at ${
        quotePath(d.path)
      } already`,
    (d) =>
      `Type "mv ${shellWord(d.path)} ${shellWord(d.to)}", then "berth restore ${d.session} --worktree" again`,
    {
      session: "auth",
      path: "/home/me/project/.worktrees/5d0f4c1e-6a61-4f0e-9a54-0a5fb5d9f9d1",
      to: "/home/me/project/.worktrees/5d0f4c1e-6a61-4f0e-9a54-0a5fb5d9f9d1.left",
    },
  ),
  nothing_removed: kind(
    Exit.refused,
    (d: { archive: string }) =>
      `Cannot bring back a worktree with ${quote(d.archive)}: none was removed with that session`,
    (d) => `Type "berth restore ${d.archive}"`,
    { archive: "uuid--5d0f4c1e-6a61-4f0e-9a54-0a5fb5d9f9d1--reset--2026-03-01T09-30-00Z--000" },
  ),
  worktree_has_mounts: kind(
    Exit.refused,
    (d: { path: string; mounts: readonly string[] }) =>
      `Cannot remove the worktree ${quotePath(d.path)}: mounted in it is ${some(d.mounts)}`,
    (d) =>
      `Type "${d.mounts.map((mount) => `umount ${shellWord(mount)}`).join("; ")}", then the command again`,
    {
      path: "/home/me/project/.worktrees/5d0f4c1e-6a61-4f0e-9a54-0a5fb5d9f9d1",
      mounts: ["/home/me/project/.worktrees/5d0f4c1e-6a61-4f0e-9a54-0a5fb5d9f9d1/data"],
    },
  ),
  worktree_mounted_elsewhere: kind(
    Exit.refused,
    (d: { path: string; mounts: readonly { path: string; pid: number }[]; root: boolean }) =>
      `Cannot remove the worktree ${quotePath(d.path)}: mounted in it is ${
        fewOf(d.mounts.map(({ path, pid }) => `${quotePath(path)} as process ${pid} sees it`))
      }`,
    (d) =>
      `Type "${
        d.mounts.map(({ path, pid }) =>
          `nsenter -t ${pid} ${d.root ? "-m" : "-U -m --preserve-credentials"} umount ${shellWord(path)}`
        ).join("; ")
      }", then the command again`,
    {
      path: "/home/me/project/.worktrees/5d0f4c1e-6a61-4f0e-9a54-0a5fb5d9f9d1",
      mounts: [{ path: "/work/data", pid: 4711 }],
      root: true,
    },
  ),
  worktree_unreadable: kind(
    Exit.refused,
    (d: { session: string; paths: readonly string[] }) =>
      `Cannot remove the worktree of session ${quote(d.session)}: git cannot look into ${some(d.paths)}`,
    (d) =>
      `Type "ls -ld ${d.paths.slice(0, 5).map(shellWord).join(" ")}" to see whose that is, ` +
      `make it yours or move it away, then type the command again`,
    {
      session: "auth",
      paths: ["/home/me/project/.worktrees/5d0f4c1e-6a61-4f0e-9a54-0a5fb5d9f9d1/data/pg"],
    },
  ),
  worktree_fixed: kind(
    Exit.refused,
    (d: { session: string; paths: readonly string[]; command: string }) =>
      `Cannot remove the worktree of session ${quote(d.session)}: nothing may be taken out of ${
        some(d.paths)
      }`,
    (d) => `Type "${d.command}", then the command again`,
    {
      session: "auth",
      paths: ["/home/me/project/.worktrees/5d0f4c1e-6a61-4f0e-9a54-0a5fb5d9f9d1/vendor/mod"],
      command: "chmod u+rwx /home/me/project/.worktrees/5d0f4c1e-6a61-4f0e-9a54-0a5fb5d9f9d1/vendor/mod",
    },
  ),
  worktree_occupied: kind(
    Exit.busy,
    (d: { session: string; action: string; processes: readonly string[]; pids: readonly number[] }) =>
      `Cannot ${d.action} session ${quote(d.session)}: at work in its worktree is ${fewOf(d.processes)}`,
    (d) => `Type "kill ${d.pids.join(" ")}" to end what is there, or the command again with --force`,
    { session: "auth", action: "destroy", processes: [`4711 ("vim" in "/home/me/project")`], pids: [4711] },
  ),
  in_own_worktree: kind(
    Exit.busy,
    (d: { session: string; action: string; root: string }) =>
      `Cannot ${d.action} session ${quote(d.session)}: this shell stands in its worktree`,
    (d) => `Type "cd ${shellWord(d.root)}", then the command again`,
    { session: "auth", action: "destroy", root: "/home/me/project" },
  ),
  work_at_risk: kind(
    Exit.refused,
    (d: { session: string; path: string; lost: readonly string[]; files: readonly string[] }) =>
      `Cannot remove the worktree of session ${quote(d.session)}: ${quotePath(d.path)} has ${
        d.lost.join(", ")
      }${d.files.length === 0 ? "" : ` (${some(d.files)})`}`,
    (d) =>
      (d.files.length === 0
        ? "Type "
        : `Type "git -C ${shellWord(d.path)} stash -u" to put the files aside, or `) +
      `"berth destroy ${d.session} --cleanup --force", which keeps all of it for "berth restore ${d.session} --worktree"`,
    {
      session: "auth",
      path: "/home/me/project/.worktrees/5d0f4c1e-6a61-4f0e-9a54-0a5fb5d9f9d1",
      lost: ["2 changed files", "1 untracked file"],
      files: ["src/a.ts", "src/b.ts", "notes.md"],
    },
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
} as const);
