import type { WindowsFacts } from "../facts/facts.ts";
import { type Binding, parseBinding } from "./binding.ts";
import { isOurMachine } from "./binding-here.ts";
import { isSame, lineage } from "./lineage.ts";
import { believe, type Place } from "./place.ts";

/**
 * The place with what the hook's binding adds on Windows. Under MSYS (Git Bash) programs replace one another in
 * ways that leave a child with a parent that is gone, so the walk from one command ends elsewhere than that from
 * the next. The anchor that the shell's hook found stands, when it still lives with that start time and is in our
 * terminal: it has the same MSYS terminal, or is attached to the console that we are attached to.
 */
export function placeByBinding(place: Place): Place {
  const { facts } = place;
  if (facts.windows === undefined) return place;
  const binding = parseBinding(facts.variables.BERTH_SESSION_BIND ?? "");
  if (binding === undefined || !isOurMachine(place, binding)) return place;
  const there = facts.process(binding.anchor.pid);
  if (!there.ok || !isSame(there.value, binding.anchor)) return place;
  const anchor = { ...there.value, tty: binding.anchor.tty };
  if (place.anchor !== undefined && isSame(place.anchor, anchor)) return { ...place, anchor };
  const reason = sharedTerminal(facts.windows, binding);
  if (reason === undefined) return place;
  believe(place, "BERTH_SESSION_BIND", `its anchor, process ${anchor.pid}, lives and ${reason}`);
  return {
    ...place,
    anchor,
    terminal: { tty: anchor.tty ?? "console", anchor, outward: lineage(facts, anchor.pid), standIn: false },
  };
}

function sharedTerminal({ pty, console }: WindowsFacts, { anchor }: Binding): string | undefined {
  if (pty !== null && pty === anchor.tty) return `we are on its terminal, ${pty}`;
  // Without a window a console is a background program's, and the anchor of a terminal is not in it.
  const shared = console.ok && console.value.window && console.value.pids.includes(anchor.pid);
  return shared ? "we are attached to its console" : undefined;
}
