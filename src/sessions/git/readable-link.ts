import { readdirSync, readlinkSync, symlinkSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { isUuid } from "../model/worktree-path.ts";
import { statusOf } from "./worktree-directory.ts";

/*
 * `.worktrees/NAME` leads to the worktree, whose own directory is called by a UUID: for people who look there. Nothing
 * of ours goes by it, and what is there already stays.
 */

/** Put the link there, where nothing is. It is no loss where that cannot be done. */
export function addLink(folder: string, name: string, uuid: string): void {
  try {
    // Of the folder itself, which must be no link that leads elsewhere.
    if (statusOf(folder)?.isDirectory() === true) symlinkSync(uuid, join(folder, name));
  } catch {
    // Somebody else's, or a system without links.
  }
}

/** The names of the links that lead to this worktree and nowhere else, whatever they are called since. */
export const linksTo = (folder: string, uuid: string): string[] =>
  linksIn(folder).filter(({ to }) => to === uuid).map(({ name }) => name);

/**
 * Remove the links that lead to this worktree.
 *
 * @param names those that did when somebody looked
 */
export function removeLinks(
  folder: string,
  uuid: string,
  names: readonly string[] = linksTo(folder, uuid),
): void {
  for (const name of names) if (targetOf(join(folder, name)).includes(uuid)) removeLink(folder, name);
}

/** Whether it is gone. What cannot be removed leads nowhere, and is found again. */
export function removeLink(folder: string, name: string): boolean {
  try {
    unlinkSync(join(folder, name));
    return true;
  } catch {
    return statusOf(join(folder, name)) === null;
  }
}

/**
 * The names of our links to worktrees that are gone: a crash or a full disk may have kept them.
 *
 * @param isSession whether a session has that UUID, whose worktree may come back
 */
export const leftLinks = (folder: string, isSession: (uuid: string) => boolean): string[] =>
  linksIn(folder).filter(({ to }) => isUuid(to) && !isSession(to) && statusOf(join(folder, to)) === null)
    .map(({ name }) => name);

/** The links of the folder, which must be no link itself that leads elsewhere. */
function linksIn(folder: string): { readonly name: string; readonly to: string }[] {
  try {
    if (statusOf(folder)?.isDirectory() !== true) return [];
    return readdirSync(folder, { withFileTypes: true }).filter((one) => one.isSymbolicLink())
      .flatMap(({ name }) => targetOf(join(folder, name)).map((to) => ({ name, to })));
  } catch {
    return [];
  }
}

function targetOf(path: string): string[] {
  try {
    return [readlinkSync(path)];
  } catch {
    // Gone meanwhile.
    return [];
  }
}
