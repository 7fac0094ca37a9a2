import { Exit, kind } from "./kind.ts";
import { called, nearest, quote } from "./quote.ts";
import { READ_ONLY } from "./read-only.ts";

/** Failures of the command line. */
export const cliErrors = () => ({
  // The command line
  unknown_command: kind(
    Exit.usage,
    (d: { given: string; near?: string | undefined }) => `Unknown command ${quote(d.given)}`,
    (d) => nearest(d.near, `Type "berth help" for the list of commands`),
    { given: "exlpain", near: "explain" },
  ),
  unknown_option: kind(
    Exit.usage,
    (d: { given: string; command: string; near?: string | undefined; behind?: string | undefined }) =>
      `Unknown option ${quote(d.given)} for "${called(d.command)}"`,
    (d) =>
      d.behind === undefined
        ? nearest(d.near, `Type "${called("help", d.command)}" for its options`)
        : `Type "${d.behind}"`,
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
    (d: { command: string; usage: string }) => `Missing argument for "${called(d.command)}"`,
    (d) => `Type "berth ${d.usage}"`,
    { command: "set", usage: "set <key> <value>" },
  ),
  unexpected_argument: kind(
    Exit.usage,
    (d: { command: string; given: string; usage: string; behind?: string | undefined }) =>
      `Unexpected argument ${quote(d.given)} for "${called(d.command)}"`,
    (d) => `Type "${d.behind ?? `berth ${d.usage}`}"`,
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

  // Files and streams
  write_failed: kind(
    Exit.failed,
    (d: { what: string; why: string }) => `Cannot write to ${d.what}: ${d.why}`,
    (d) =>
      d.why === READ_ONLY
        ? `If it is the store, set BERTH_HOME to a directory that may be written; an agent in a sandbox uses "berth mcp", which runs outside`
        : `Check that the target has space left and is writable`,
    { what: "standard output", why: "No space left on device" },
  ),
  read_failed: kind(
    Exit.failed,
    (d: { what: string; why: string }) => `Cannot read ${d.what}: ${d.why}`,
    () => `Check that it exists and that you may read it`,
    { what: `"/proc/self/stat"`, why: "Permission denied" },
  ),

  // Faults
  internal: kind(
    Exit.failed,
    (d: { why: string }) => `Internal error: ${d.why}`,
    () => `This is a fault in berth; please report it with the output of "berth explain --json"`,
    { why: "x is not a function" },
  ),
} as const);
