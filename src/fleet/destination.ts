/** How a host is called by ssh, and what of it may stand in a command line. Pure. */
import { fail } from "../errors/errors.ts";

/** A host as it is asked. */
export interface FleetHost {
  readonly name: string;
  /** As ssh takes it. */
  readonly ssh: string;
  /** The program there. */
  readonly berth: string;
}

const NAME = /^[A-Za-z0-9-]{1,50}$/;
const DESTINATION = /^[A-Za-z0-9._@:%/[\]+][A-Za-z0-9._@:%/[\]+-]*$/;
/** What no shell takes for anything but itself. */
const PLAIN = /^[A-Za-z0-9._/~:+@][A-Za-z0-9._/~:+@-]*$/;
/** What no kind of quotes can hold in every shell. */
// deno-lint-ignore no-control-regex -- control characters are what is looked for
const UNQUOTABLE = /["'`$%!^\u0000-\u001f\u007f]|^-|^$/;

export const isHostName = (name: string): boolean => NAME.test(name);

/** @throws `bad_host_name` */
export function checkedHostName(name: string): string {
  if (!isHostName(name)) throw fail("bad_host_name", { name });
  return name;
}

/** @throws `bad_destination` */
export function checkedDestination(destination: string): string {
  if (!DESTINATION.test(destination)) throw fail("bad_destination", { destination });
  return destination;
}

/** @throws `bad_program_path` */
export function checkedProgram(path: string): string {
  if (UNQUOTABLE.test(path)) throw fail("bad_program_path", { path });
  return path;
}

/** The program for the shell of a login there, which may be any: in the quotes of cmd.exe where the path is Windows'. */
export function quotedProgram(path: string): string {
  if (PLAIN.test(path)) return path;
  return /^[A-Za-z]:\\/.test(path) ? `"${path}"` : `'${path}'`;
}

/** What comes behind `ssh`: no terminal, no standard input, no question to anybody. */
export function sshArguments({ ssh, berth }: FleetHost, words: readonly string[]): string[] {
  const command = [quotedProgram(checkedProgram(berth)), ...words].join(" ");
  return ["-n", "-T", "-o", "BatchMode=yes", "--", checkedDestination(ssh), command];
}
