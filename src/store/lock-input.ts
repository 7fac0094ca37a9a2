import { Exit, type ExitStatus } from "../errors/errors.ts";
import { lockDescriptor } from "./lock-bun.ts";

/**
 * Lock the file on our standard input for whoever handed it over: the lock stays with the open file when we are gone.
 *
 * @returns `done`, or `busy` where somebody else has it
 * @throws BerthError `no_native_calls`
 */
export const lockInput = (): ExitStatus => lockDescriptor(0) ? Exit.done : Exit.busy;
