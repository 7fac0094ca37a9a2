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
} as const satisfies Readonly<Record<string, ExitStatus>>;

/** A status with which `berth` ends: 0 done, 1 failed, 2 usage, 3 no session, 4 unstable, 5 busy, 6 refused, 7 data. */
export type ExitStatus = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 126 | 127;

/** One failure: how it ends the program and what it says. */
export interface Kind<Data> {
  readonly exit: ExitStatus;
  readonly message: (data: Data) => string;
  readonly hint: (data: Data) => string;
  /** Data of a real case, from which the tests and `berth help errors` render the texts. */
  readonly example: Data;
}

/** A row of a table; the data's type is that of the message's parameter. */
export function kind<Data>(
  exit: ExitStatus,
  message: (data: Data) => string,
  hint: (data: NoInfer<Data>) => string,
  example: NoInfer<Data>,
): Kind<Data> {
  return { exit, message, hint, example };
}
