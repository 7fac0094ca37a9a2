/** What a model can do next, where a person at a terminal would type something else. */
import type { BerthError, Code } from "../../../errors/errors.ts";

const HINTS: Partial<Readonly<Record<Code, string>>> = {
  no_such_session: "Leave session out for the one that is served, or give the name of another one",
  ambiguous_session: "Give one of these as session",
  other_project: "Give PROJECT/NAME as session, where PROJECT is the last part of the project's path",
  path_outside_boundary: "Give a path, or a session, below the directory that is served",
  locked: "Another process is at work in this session; call again in a few seconds",
  no_such_key: "Call state_get without a key for the keys there are",
  not_a_number: "Call state_set with an integer to start from it",
  number_too_large: "Give a smaller number",
  bad_key: "Give a short key of printable characters",
  not_found: "Call file_list or file_glob to see what is there",
  permission_denied: "Call file_stat to see its mode; deletion has to be allowed by the user",
  is_directory: "Give the path of a file in it; file_list shows them",
  not_directory: "Call file_stat with a shorter path to see what is in the way",
  too_large: "Take it in parts, with offset and limit",
  too_many_entries: "Give a narrower pattern, or a directory further down as path",
  no_project_root:
    "Work without files, or ask the user to open a project or start the server with a root directory",
  lua_time_limit: "Give it a longer timeout, or less to do",
  lua_memory_limit: "Give it more memory, or less to hold",
  lua_state_limit: "Make globals local, or set them to nil before the script ends",
};

/** The hint of a failure, as an MCP client can follow it: by another call, or by asking the user. */
export function hintFor({ code, hint }: BerthError): string {
  const own = HINTS[code];
  if (own !== undefined) return own;
  return /\bberth |--\w|\bulimit\b|\b[A-Z]+_[A-Z]+\b/.test(hint)
    ? `Tell the user what failed, who can do this: ${hint}`
    : hint.replace(/^Type /, "Give ");
}
