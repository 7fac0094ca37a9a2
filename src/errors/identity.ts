import { Exit, kind } from "./kind.ts";
import { quote } from "./quote.ts";

/** Failures of finding and spelling an ID. */
export const identityErrors = () => ({
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
    (d: { why: string }) => `No stable session here: ${d.why}`,
    () => `Type "berth explain" to see why, or name a session with --session-id LABEL`,
    { why: "nothing here outlives this command" },
  ),
  no_process: kind(
    Exit.noSession,
    (d: { pid: string; why: string }) => `Cannot read process ${quote(d.pid)}: ${d.why}`,
    () => `Type "ps -e" to see which processes there are`,
    { pid: "4711", why: "ENOENT" },
  ),
} as const);
