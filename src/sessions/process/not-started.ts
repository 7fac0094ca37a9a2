import { type BerthError, fail } from "../../errors/errors.ts";

/**
 * Why a command could not be started: there is no such file; it cannot be executed; or there is nothing wrong with it,
 * and the machine has no process to spare.
 */
export type Obstacle = "missing" | "unfit" | "machine";

/** The program could not be started: why, as the system says it. */
export class NotStarted extends Error {
  override readonly name = "NotStarted";

  constructor(message: string, readonly obstacle: Obstacle) {
    super(message);
  }
}

/** `ENOENT` and the like, as node's API has them and by the names of errno(3). */
export function obstacleOf(errno: string | undefined): Obstacle {
  if (errno === "ENOENT") return "missing";
  return MACHINE.includes(errno ?? "") ? "machine" : "unfit";
}

/** Of fork(2), clone(2) and pipe(2); EPERM and ENOSYS are what seccomp filters say. */
const MACHINE = ["EAGAIN", "ENOMEM", "EMFILE", "ENFILE", "EPERM", "ENOSYS"];

/** The failure as people and scripts get it: with the exit status of a shell where there is one for it. */
export function failureToStart(program: string, error: NotStarted): BerthError {
  const data = { program, why: error.message };
  if (error.obstacle === "missing") return fail("no_such_program", data, error);
  return fail(error.obstacle === "unfit" ? "unfit_program" : "cannot_spawn", data, error);
}
