import { Exit, kind } from "./kind.ts";
import { quote } from "./quote.ts";

/** Failures of going to where a session is. */
export const jumpErrors = () => ({
  nobody_calls: kind(
    Exit.failed,
    () => "Cannot go on: no session needs you",
    () => `Type "berth top" to see what they do`,
    {},
  ),
  nowhere_to_go: kind(
    Exit.failed,
    (d: { session: string; why: string; command: string }) =>
      `Cannot go to session ${quote(d.session)}: ${d.why}`,
    (d) => `Type "berth ${d.command}"`,
    { session: "auth", why: "nothing runs in it", command: "cd auth" },
  ),
  out_of_reach: kind(
    Exit.failed,
    (d: { session: string; where: string; command: string }) =>
      `Cannot go to session ${quote(d.session)} from here: it is on ${d.where}`,
    (d) => `Go there by hand, or type "berth ${d.command}" to see more of it`,
    { session: "auth", where: "/dev/pts/3, process 4711 (xterm)", command: "show auth" },
  ),
  jump_failed: kind(
    Exit.failed,
    (d: { session: string; program: string; why: string; command: string }) =>
      `Cannot go to session ${quote(d.session)}: ${d.program} says ${quote(d.why)}`,
    (d) => `Type "${d.command}" to see whether it answers`,
    { session: "auth", program: "kitty", why: "no remote control", command: "kitty @ ls" },
  ),
} as const);
