import { chmodSync, lstatSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { runToEnd } from "../git/run-to-end.ts";
import type { UnseenPlace } from "../git/survey.ts";
import type { Removed } from "./removed.ts";

/**
 * Make the empty directories and FIFOs again that a worktree had. What is in their place stays.
 *
 * @returns those that could not be made
 */
export function makeUnseen(root: string, { empty = [], fifos = [] }: Removed): string[] {
  const missing = ({ path }: UnseenPlace) =>
    lstatSync(join(root, path), { throwIfNoEntry: false }) === undefined;
  return [
    ...empty.filter((one) => missing(one) && !made(() => emptyDirectory(root, one))),
    ...fifos.filter((one) => missing(one) && !made(() => fifo(root, one))),
  ].map(({ path }) => path);
}

function emptyDirectory(root: string, { path, mode }: UnseenPlace): void {
  mkdirSync(join(root, path), { recursive: true });
  chmodSync(join(root, path), mode);
}

/** By mkfifo(1): no runtime has a call for it. */
function fifo(root: string, { path, mode }: UnseenPlace): void {
  const at = join(root, path);
  mkdirSync(dirname(at), { recursive: true });
  const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin" };
  const { status, err } = runToEnd(["mkfifo", "--", at], { cwd: root, env, input: undefined });
  if (status !== 0) throw new Error(err);
  chmodSync(at, mode);
}

function made(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
