import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { fail } from "../../errors/errors.ts";
import { whereWrongIn } from "../model/issue.ts";
import { statusOf } from "../git/worktree-directory.ts";
import { HOOKS_FILE } from "./hooks-place.ts";

export const HOOKS = ["post-create", "pre-destroy", "status-change"] as const;
export type Hook = (typeof HOOKS)[number];

/** A line for the shell, or a program with its arguments. */
const command = v.union([v.pipe(v.string(), v.minLength(1)), v.pipe(v.array(v.string()), v.minLength(1))]);
export type HookCommand = v.InferOutput<typeof command>;

const fileSchema = v.looseObject({
  hooks: v.exactOptional(v.strictObject({
    "post-create": v.exactOptional(command),
    "pre-destroy": v.exactOptional(command),
    "status-change": v.exactOptional(command),
  })),
  /** Seconds that a hook may take. */
  timeout: v.exactOptional(v.pipe(v.number(), v.minValue(0.1), v.maxValue(3600))),
});

/** A project's hooks as its file has them. */
export interface Hooks {
  readonly file: string;
  readonly text: string;
  readonly commands: Partial<Record<Hook, HookCommand>>;
  readonly timeoutMs: number;
}

const DEFAULT_TIMEOUT_S = 60;
const MAX_BYTES = 1 << 20;

/**
 * The hooks of the checkout at `directory`, null where it has none.
 *
 * @throws `bad_hooks` for a file that cannot be understood
 */
export function readHooks(directory: string): Hooks | null {
  const file = join(directory, HOOKS_FILE);
  const found = statusOf(file);
  if (found === null) return null;
  if (!found.isFile() || found.size > MAX_BYTES) {
    throw fail("bad_hooks", { file, why: "it is no regular file" });
  }
  const text = readFileSync(file, "utf8");
  const parsed = v.safeParse(fileSchema, parse(text));
  if (!parsed.success) throw fail("bad_hooks", { file, why: whereWrongIn(parsed.issues) });
  const { hooks = {}, timeout = DEFAULT_TIMEOUT_S } = parsed.output;
  return { file, text, commands: hooks, timeoutMs: timeout * 1000 };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
