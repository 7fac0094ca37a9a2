/**
 * Every failure that berth can report, in closed tables, one a domain: its stable code, its exit status, its text and
 * what to type next. Code that fails throws `fail(code, data)`; `cli/say/report.ts` alone prints it.
 *
 * Rules for the texts, held by a test over the examples: a sentence that starts with a capital (a text that
 * the design fixes verbatim excepted) and has no final period, names the action that failed, quotes the value.
 */

import { agentsErrors } from "./agents.ts";
import { backgroundErrors } from "./background.ts";
import { cliErrors } from "./cli.ts";
import { factsErrors } from "./facts.ts";
import { fleetErrors } from "./fleet.ts";
import { hooksErrors } from "./hooks.ts";
import { identityErrors } from "./identity.ts";
import { jumpErrors } from "./jump.ts";
import { mergeErrors } from "./merge.ts";
import { sandboxErrors } from "./sandbox.ts";
import { sharedErrors } from "./shared.ts";
import { sessionsErrors } from "./sessions.ts";
import { storeErrors } from "./store.ts";
import { updateErrors } from "./update.ts";
import type { ExitStatus, Kind } from "./kind.ts";
import { asTyped } from "./typed.ts";

export { Exit, type ExitStatus } from "./kind.ts";
export { fewOf, quote, quotePath, shellWord, some, visible } from "./quote.ts";

/**
 * All tables as one. Made when somebody fails or asks: its hundred entries would have to be made at every start, and what
 * is called a hundred times (`kind`) is compiled by the engine, which starts threads for it.
 */
export const kinds = () => ({
  ...factsErrors(),
  ...identityErrors(),
  ...storeErrors(),
  ...sessionsErrors(),
  ...agentsErrors(),
  ...mergeErrors(),
  ...backgroundErrors(),
  ...sandboxErrors(),
  ...fleetErrors(),
  ...sharedErrors(),
  ...jumpErrors(),
  ...hooksErrors(),
  ...updateErrors(),
  ...cliErrors(),
} as const);

/** @internal */
export type Kinds = ReturnType<typeof kinds>;
/** The stable name of a failure, for programs: `locked`, `no_such_session`. `berth help errors` lists all of them. */
export type Code = keyof Kinds;
type DataOf<C extends Code> = Parameters<Kinds[C]["message"]>[0];

/** A failure as data. `message`, `hint` and `exit` come from the table, by `code`. */
export class BerthError extends Error {
  /** Always `BerthError`. */
  override readonly name = "BerthError";

  /**
   * Made by the library alone.
   *
   * @param code which failure it is
   * @param message what failed, why, and the value that it failed with
   * @param hint what to type next
   * @param exit the status with which `berth` ends for it
   * @param options `cause`: the error underneath
   */
  constructor(
    /** Which failure it is; stable between versions. */
    readonly code: Code,
    message: string,
    /** What to type next: a command, or a sentence that names one. */
    readonly hint: string,
    /** The status with which `berth` ends for it. */
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
  return new BerthError(
    code,
    message(data),
    hint(asTyped(data)),
    exit,
    cause === undefined ? undefined : { cause },
  );
}
