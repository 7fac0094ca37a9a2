import type { JournalOf } from "../model/journal.ts";
import type { SessionRecord } from "../../store/record.ts";

/** What of a session goes, and past what. */
export interface Destruction {
  /** Remove the worktree. */
  readonly cleanup: boolean;
  readonly deleteBranch: boolean;
  /** Also with work in the worktree, which is kept for an undo, and past processes that stand there. */
  readonly force: boolean;
  /** Also with commits of the branch that nothing else has; they are kept for an undo too. */
  readonly forceBranch: boolean;
  /** Whether a branch that was not made for the session stays, and is no obstacle. */
  readonly keepForeign?: boolean;
  /** The commit of the branch that was merged. One that has more by now stays, whatever else is said. */
  readonly merged?: string;
  /** What else the session's history is to say, once it is certain that it goes. */
  readonly note?: (draft: SessionRecord) => void;
  /** What the journal of a merge says of it already. */
  readonly begun?: JournalOf<"destroy"> | undefined;
  /** Past processes that stand there, but not past work. */
  readonly pastProcesses?: boolean;
  /** Whether our own shell, where it stands in the worktree, goes elsewhere by itself afterwards. */
  readonly leaves: boolean;
}

/** One thing that a destruction does or leaves, for `--dry-run` and for its own use. */
export interface DestroyStep {
  readonly what: "session" | "worktree" | "branch";
  readonly action: "archive" | "delete" | "keep";
  readonly reason: string;
  /** The commit at which a deleted branch stood. */
  readonly commit?: string;
  /** The ref that keeps what would be lost. */
  readonly kept?: string;
}
