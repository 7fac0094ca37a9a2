import { Exit, kind } from "./kind.ts";
import { quote } from "./quote.ts";

/** Failures of `berth fleet`: other machines, by SSH. */
export const fleetErrors = () => ({
  bad_host_name: kind(
    Exit.usage,
    (d: { name: string }) => `Host name ${quote(d.name)} is not 1 to 50 characters of A-Z a-z 0-9 and -`,
    () => `Type "berth fleet add NAME --ssh DEST" with a short name, and say by --ssh how ssh calls it`,
    { name: "me@devbox" },
  ),
  bad_destination: kind(
    Exit.usage,
    (d: { destination: string }) =>
      `SSH destination ${
        quote(d.destination)
      } is none: it begins with -, or has characters that no host needs`,
    () => `Type it as ssh takes it: host, user@host or ssh://user@host:port`,
    { destination: "-oProxyCommand=x" },
  ),
  bad_program_path: kind(
    Exit.usage,
    (d: { path: string }) => `Path ${quote(d.path)} cannot be passed on to a shell that nobody knows`,
    () => `Type the path of a program without quotes, control characters or a leading -`,
    { path: "it's/berth" },
  ),
  host_exists: kind(
    Exit.refused,
    (d: { name: string }) => `Cannot add host ${quote(d.name)}: there is one of that name`,
    (d) => `Type "berth fleet remove ${d.name}" first, or choose another name`,
    { name: "devbox" },
  ),
  no_such_host: kind(
    Exit.noSession,
    (d: { name: string }) => `No host ${quote(d.name)}`,
    () => `Type "berth fleet hosts" for the hosts there are`,
    { name: "devbxo" },
  ),
  no_hosts: kind(
    Exit.noSession,
    (_: Record<string, never>) => `No hosts are known`,
    () => `Type "berth fleet add NAME --ssh DEST", or name some for once with --hosts`,
    {},
  ),
  host_unreachable: kind(
    Exit.busy,
    (d: { name: string; destination: string; why: string }) => `Cannot reach host ${quote(d.name)}: ${d.why}`,
    (d) => `Type "ssh -o BatchMode=yes ${d.destination} true" to see why`,
    { name: "devbox", destination: "me@devbox.invalid", why: "it did not answer in 10 s" },
  ),
  berth_not_found_there: kind(
    Exit.noProgram,
    (d: { name: string; destination: string; program: string }) =>
      `No program ${quote(d.program)} on host ${quote(d.name)}, which ssh calls ${quote(d.destination)}`,
    () =>
      `Say where it is: type "berth fleet remove NAME", then "berth fleet add NAME --ssh DEST --berth PATH"`,
    { name: "devbox", destination: "me@devbox.invalid", program: "berth" },
  ),
  bad_answer: kind(
    Exit.failed,
    (d: { name: string; why: string }) => `Cannot use the answer of host ${quote(d.name)}: ${d.why}`,
    () => `Check that its berth is as new as this one, with "berth version" there`,
    { name: "devbox", why: "it is no list of sessions" },
  ),
  bad_token: kind(
    Exit.usage,
    (d: { token: string }) => `Token ${quote(d.token)} is none that "berth fleet run" made`,
    () => `Type "berth fleet run HOST -- COMMAND" where you are; it passes the command on by itself`,
    { token: "bWFr" },
  ),
});
