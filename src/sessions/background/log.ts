import { fileName } from "../../store/names.ts";
import type { Store } from "../../store/open.ts";
import { captured, type Pane } from "./pane.ts";
import type { Tmux } from "./tmux.ts";

/** What is kept of what a pane showed, in bytes: its end. */
const KEPT_BYTES = 256 * 1024;
const LOOKS = 10;
const BETWEEN_LOOKS_MS = 30;

const logName = (id: string): string => `background/${fileName(id)}.log`;

/** Keep what the pane shows when its command has ended. Where tmux does not answer any more there is nothing to keep. */
export async function keepLog(store: Store, tmux: Tmux, id: string, pane: Pane): Promise<void> {
  const text = await settled(tmux, pane);
  if (text !== null) store.backend.write(logName(id), ending(text));
}

/** What an earlier run showed is not what this one did. */
export const forgetLog = (store: Store, id: string): void => void store.backend.remove(logName(id));

/** The server reads the last output when it comes to it, so the text counts once it is the same at two looks. */
async function settled(tmux: Tmux, pane: Pane): Promise<string | null> {
  let before: string | null = null;
  for (let left = LOOKS; left > 0; left--) {
    const text = await captured(tmux, pane);
    if (text === before) return text;
    before = text;
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS_MS));
  }
  return before;
}

/** The last lines that fit. */
function ending(text: string): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= KEPT_BYTES) return text;
  const cut = new TextDecoder().decode(bytes.subarray(bytes.length - KEPT_BYTES));
  return cut.slice(cut.indexOf("\n") + 1);
}

/** What the session's last run in the background showed at its end; null where nothing was kept. */
export function keptLog(store: Store, id: string): string | null {
  const content = store.backend.read(logName(id), "only");
  return content?.kind === "bytes" ? new TextDecoder().decode(content.bytes) : null;
}
