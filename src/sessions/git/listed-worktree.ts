/** One worktree as git knows it. */
export interface ListedWorktree {
  readonly path: string;
  /** The checked-out commit; null before the first one, and for a bare repository. */
  readonly head: string | null;
  /** `feature/auth`; null where HEAD is detached. */
  readonly branch: string | null;
  readonly bare: boolean;
  /** Why it is locked ("" without a reason), null when it is not. */
  readonly locked: string | null;
}
