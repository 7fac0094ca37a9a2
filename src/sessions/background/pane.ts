import * as v from "valibot";
import type { SessionRecord } from "../../store/record.ts";
import type { Tmux } from "./tmux.ts";

const paneSchema = v.looseObject({
  socket: v.pipe(v.string(), v.startsWith("/")),
  /** PID of the server, which counts its panes from 0 again when it is started anew. */
  server: v.number(),
  pane: v.pipe(v.string(), v.regex(/^%\d{1,10}$/)),
});

/** Where a run in the background is shown. */
export type Pane = v.InferOutput<typeof paneSchema>;

/** The pane of the session's last run; null where that was none in the background. */
export function paneOf({ run }: SessionRecord): Pane | null {
  const pane = run?.["pane"];
  return v.is(paneSchema, pane) ? pane : null;
}

/** The pane that we are in ourselves, by what tmux puts into the environment of every pane. */
export function ownPane(environment: Readonly<Record<string, string | undefined>>): Pane | null {
  const [, socket = "", server = ""] = /^(.+),(\d+),\d+$/.exec(environment["TMUX"] ?? "") ?? [];
  const pane = { socket, server: Number(server), pane: environment["TMUX_PANE"] ?? "" };
  return v.is(paneSchema, pane) ? pane : null;
}

/** The tmux session that a pane is in, `$3`; null where the pane is gone, or its server. */
export async function sessionOfPane(tmux: Tmux, { socket, server, pane }: Pane): Promise<string | null> {
  const format = "#{pid} #{pane_id} #{pane_dead} #{session_id}";
  const { status, out } = await tmux(["-S", socket, "display-message", "-p", "-t", pane, format]);
  const [pid, id, dead, session = ""] = out.trim().split(" ");
  return status === 0 && pid === String(server) && id === pane && dead !== "1" ? session : null;
}

/** All that a pane shows and has scrolled away, as text; null where it is gone. */
export async function captured(tmux: Tmux, { socket, pane }: Pane): Promise<string | null> {
  const { status, out } = await tmux(["-S", socket, "capture-pane", "-p", "-J", "-S", "-", "-t", pane]);
  // What is below the last line that was written.
  return status === 0 ? out.replace(/\n+$/, "\n") : null;
}
