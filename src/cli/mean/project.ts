import { projectAround, type SessionSite } from "../../sessions/git/project-around.ts";
import type { Context } from "../command.ts";
import { userDirectory } from "./directory.ts";

/** The root of the project that the user is in, null outside of any. @param sites where the store's sessions are */
export const hereRoot = (context: Context, sites: readonly SessionSite[]): string | null =>
  projectAround(userDirectory(context), sites);
