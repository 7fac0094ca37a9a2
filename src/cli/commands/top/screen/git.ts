import type { GitStanding } from "../../../../sessions/git/standing-of.ts";
import type { SessionRecord } from "../../../../store/record.ts";
import type { Context } from "../../../command.ts";

/** A session's worktree is looked at again no sooner, in ms, whatever happens in it. */
const REST_MS = 5000;
/** Of the rows that a person looks at, what is older is looked at again when a key is pressed. */
const OLD_MS = 20_000;

/** What git says of the worktrees that are on the screen. Nothing is asked while nothing happens. */
export interface GitLooks {
  readonly found: ReadonlyMap<string, GitStanding | null>;
  /**
   * Look at those of these sessions that nobody has looked at, or that something happened in, or, after a key, that are
   * old. Resolves when there is something new to see; null where there is nothing to look at.
   */
  look(records: readonly SessionRecord[], stirred: ReadonlySet<string>, key: boolean): Promise<void> | null;
}

export function openGitLooks({ host }: Context): GitLooks {
  const found = new Map<string, GitStanding | null>();
  const at = new Map<string, number>();
  const due = new Set<string>();
  let busy = false;
  return {
    found,
    look(records, stirred, key) {
      for (const id of stirred) due.add(id);
      if (busy) return null;
      const now = performance.now();
      const wanted = records.filter(({ id, project }) => {
        const age = now - (at.get(id) ?? -Infinity);
        return project?.worktree !== undefined &&
          (age === Infinity || (due.has(id) && age > REST_MS) || (key && age > OLD_MS));
      });
      if (wanted.length === 0) return null;
      busy = true;
      for (const { id } of wanted) {
        at.set(id, now);
        due.delete(id);
      }
      return ask(wanted, host.variables, found).finally(() => busy = false);
    },
  };
}

async function ask(
  records: readonly SessionRecord[],
  variables: Context["host"]["variables"],
  found: Map<string, GitStanding | null>,
): Promise<void> {
  const { standingsOf } = await import("../../../../sessions/git/standing-of.ts");
  const looks = standingsOf(records.map(({ project }) => ({ project })), variables);
  for (const [at, look] of looks.entries()) {
    const standing = await look.catch(() => null);
    const id = records[at]?.id;
    // One that took too long keeps what it had.
    if (id !== undefined && (standing !== null || !found.has(id))) found.set(id, standing);
  }
}
