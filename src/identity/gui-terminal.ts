import { foundId } from "./id.ts";
import { type Answer, believe, enclosing, environmentWith, passOver, type Place } from "./place.ts";

/**
 * The programs of macOS that set TERM_SESSION_ID: their TERM_PROGRAM, what their process is called, and what the
 * value looks like. Terminal's is a UUID; iTerm2 puts `w0t1p0:` (window, tab, pane as they were when it was opened,
 * which may change) before its own.
 */
function programOf(termProgram: string): { readonly process: RegExp; readonly value: RegExp } | undefined {
  if (termProgram === "Apple_Terminal") return { process: /^Terminal$/, value: /^([0-9A-Fa-f-]{36})$/ };
  if (termProgram !== "iTerm.app") return undefined;
  return { process: /^(iTerm2|iTermServer)/, value: /^(?:w\d+t\d+p\d+:)?([0-9A-Fa-f-]{36})$/ };
}

/**
 * A terminal of Terminal.app or iTerm2, by the number that they give it and keep when they bring it back after a
 * restart. The variables are inherited by whatever is started there, so that program must have opened our terminal.
 */
export function guiTerminal(place: Place): Answer | undefined {
  if ((typeof BERTH_SYSTEM === "string" ? BERTH_SYSTEM : place.facts.system) !== "darwin") return undefined;
  const { TERM_SESSION_ID, TERM_PROGRAM = "" } = environmentWith(place, "TERM_SESSION_ID");
  if (TERM_SESSION_ID === undefined) return undefined;
  const known = programOf(TERM_PROGRAM);
  if (known === undefined) {
    return passOver(place, "TERM_SESSION_ID", "inherited: TERM_PROGRAM is none that sets it");
  }
  const value = known.value.exec(TERM_SESSION_ID)?.[1];
  if (value === undefined) return passOver(place, "TERM_SESSION_ID", `not of ${TERM_PROGRAM}'s form`);
  const program = place.terminal && enclosing(place, (name) => known.process.test(name), "kernel's name");
  if (program === undefined) {
    return passOver(place, "TERM_SESSION_ID", `inherited: ${TERM_PROGRAM} did not open this terminal`);
  }
  believe(place, "TERM_SESSION_ID", `${program.name}, process ${program.pid}, opened this terminal`);
  const id = place.deps.sha256(["terminal", TERM_PROGRAM, value.toUpperCase()].join(":"));
  return { id: foundId("terminal", id), source: "gui-terminal" };
}
