import { Exit, kind } from "./kind.ts";
import { quote } from "./quote.ts";

/** Failures of confined files and Lua. */
export const sandboxErrors = () => ({
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
  no_lua: kind(
    Exit.failed,
    (_: { package: string }) =>
      "Cannot run Lua: under Node it runs in the program, and no berth is installed: not by BERTH_BINARY, not as a " +
      "package, not on the PATH",
    (d) => `Type "npm install ${d.package}"`,
    { package: "@example/berth" },
  ),
  lua_crashed: kind(
    Exit.failed,
    (d: { why: string }) => `Lua broke down: ${d.why}`,
    () => `Nothing was kept; this is a fault in berth if it happens again`,
    { why: "it was ended by SIGSEGV" },
  ),

  // Tools of an MCP server
  bad_arguments: kind(
    Exit.usage,
    (d: { why: string }) => `Invalid arguments: ${d.why}`,
    () => `Give the arguments that the tool's schema describes; nothing was changed`,
    { why: "path: Invalid type: Expected string but received 1" },
  ),
  bad_content: kind(
    Exit.usage,
    (d: { path: string; why: string }) => `Cannot write ${quote(d.path)}: ${d.why}`,
    () => `Give text as it is, or plain base64 with encoding "base64"; nothing was written`,
    { path: "logo.png", why: "its content is no base64" },
  ),
  broken_off: kind(
    Exit.failed,
    (d: { tool: string }) => `Broke off ${d.tool}: the client took it back, or is gone`,
    () => `Nothing of it was kept but the files that a script wrote; call it again`,
    { tool: "lua_run" },
  ),
  value_differs: kind(
    Exit.refused,
    (d: { key: string; value: string }) =>
      `Cannot change key ${quote(d.key)}: it has another value by now: ${d.value}`,
    () => `Decide anew by that value, and give it as if_equals; nothing was changed`,
    { key: "owner", value: `"agent-2"` },
  ),
} as const);
