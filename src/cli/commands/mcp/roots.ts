/**
 * Whose files are served, in this order: the directory that the server was started with, the roots of the client,
 * the directory that Claude Code names to what it starts, the session's own project. What cannot be one is passed over.
 */
import { fileURLToPath } from "node:url";
import { projectRoot } from "../../../sandbox/files.ts";
import { rootOf, type Subject } from "../../../sandbox/session.ts";
import { readRecord } from "../../../store/read.ts";

/** Milliseconds that a client may take to say its roots before others wait no longer. */
const PATIENCE = 2000;

/** Asks the client for its roots, as URIs. */
export type AskClient = () => Promise<readonly { readonly uri: string }[]>;

/** Whether a directory can be a project root at this moment. */
async function isUsable(path: string): Promise<boolean> {
  try {
    (await projectRoot(path))[Symbol.dispose]();
    return true;
  } catch {
    return false;
  }
}

function pathsOf(roots: readonly { readonly uri: string }[]): string[] {
  return roots.flatMap(({ uri }) => {
    try {
      return [fileURLToPath(uri)];
    } catch {
      return []; // a root that is no directory of this machine
    }
  });
}

export class Roots {
  #client: readonly string[] = [];
  #asked: Promise<void> = Promise.resolve();

  /**
   * @param given by `--root`, as an absolute path
   * @param environment `CLAUDE_PROJECT_DIR`
   */
  constructor(readonly subject: Subject, readonly given?: string, readonly environment?: string) {}

  /** Ask the client, now and whenever it says that its roots are others. */
  ask(client: AskClient): Promise<void> {
    const answered = client().then((roots) => void (this.#client = pathsOf(roots)), () => {});
    const late = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE).unref());
    this.#asked = Promise.race([answered, late]);
    return answered;
  }

  /** The session with the directory that is served; null where there are no files. */
  async served(): Promise<Subject | null> {
    await this.#asked;
    const named = [this.given, ...this.#client, this.environment];
    for (const path of named) {
      if (path && await isUsable(path)) return { ...this.subject, served: path };
    }
    const own = this.#own();
    return own !== null && await isUsable(own) ? this.subject : null;
  }

  #own(): string | null {
    const { store, id } = this.subject;
    try {
      return rootOf(readRecord(store, id), this.subject);
    } catch {
      return null; // a record that cannot be read has its error where it is asked for
    }
  }
}
