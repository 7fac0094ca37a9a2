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
 * A value as it stands in a message: quoted, at most 80 characters, with everything escaped that a terminal would
 * obey or that would turn the text round: control characters, and those that are invisible or set a direction.
 */
export function quote(value: string): string {
  const shown = value.length > 80 ? `${value.slice(0, 77)}...` : value;
  return JSON.stringify(shown).replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const nearest = (near: string | undefined, otherwise: string): string =>
  near === undefined ? otherwise : `Did you mean "${near}"?`;

/** How a command is called; the one of `berth` alone has no name. */
const called = (...words: readonly string[]): string => ["berth", ...words].join(" ").trimEnd();

export const kinds = {
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
  internal: kind(
    Exit.failed,
    (d: { why: string }) => `Internal error: ${d.why}`,
    () => `This is a fault in berth; please report it with the output of "berth explain --json"`,
    { why: "x is not a function" },
  ),
} as const;

export type Code = keyof typeof kinds;
type DataOf<C extends Code> = Parameters<(typeof kinds)[C]["message"]>[0];

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
  const { exit, message, hint } = kinds[code] as unknown as Kind<DataOf<C>>;
  return new BerthError(code, message(data), hint(data), exit, cause === undefined ? undefined : { cause });
}
