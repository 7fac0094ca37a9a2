import { join } from "node:path";
import { statusOf } from "../git/worktree-directory.ts";

/** The hooks of a checkout, from its root. */
export const HOOKS_FILE = ".berth.json";

/** Whether the checkout at `directory` has hooks, whatever is in their file. */
export const hasHooksFile = (directory: string): boolean => statusOf(join(directory, HOOKS_FILE)) !== null;
