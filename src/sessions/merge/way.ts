/** How a session's branch is brought into its base. `default`: as git does it by the user's settings. */
export const WAYS = ["default", "merge", "squash", "rebase", "ff"] as const;
export type Way = (typeof WAYS)[number];

/** A merge that is to be made, found to be possible. */
export interface WantedMerge {
  /** What people call the session. */
  readonly session: string;
  /** The session's branch, and where it stands. */
  readonly branch: string;
  readonly commit: string;
  /** The base, and where it stands. */
  readonly base: string;
  readonly from: string;
  readonly way: Way;
  /** The message of the commit that is made, where one was given. */
  readonly message: string | undefined;
}
