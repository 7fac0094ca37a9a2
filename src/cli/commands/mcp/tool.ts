import type { AgentRow } from "../../../agents/evidence.ts";
import type { CallToolResult, Tool as Listed, ToolAnnotations } from "@modelcontextprotocol/server";
import { realpathSync } from "node:fs";
import * as v from "valibot";
import { BerthError, fail } from "../../../errors/errors.ts";
import { rootOf, type Subject } from "../../../sandbox/session.ts";
import { isInside } from "../../../sessions/model/worktree-path.ts";
import { readNow } from "../../../store/read.ts";
import { hintFor } from "./hints.ts";
import type { Queue } from "./queue.ts";

/** What the server was started for. */
export interface Service {
  readonly subject: Subject;
  readonly readOnly: boolean;
  /** Whether tools that destroy something are offered. */
  readonly allowDelete: boolean;
  /** Changes of the session's record, and its scripts: one at a time each. */
  readonly changes: Queue;
  readonly scripts: Queue;
  /** The agents that work in a session, as they are now. */
  readonly agents: (subject: Subject) => Promise<readonly AgentRow[]>;
  /**
   * The session that a word means where the server was started.
   *
   * @throws `no_such_session`, `ambiguous_session`; `other_project` for a change
   */
  readonly meant: (given: string, effect: Effect) => Promise<Subject>;
}

/** One call of a tool. */
export interface ToolCall {
  readonly service: Service;
  /** The session, with the directory whose files are served at this moment. */
  readonly subject: Subject;
  /** Fires when the client takes the call back, and when the server ends: then nothing more is changed. */
  readonly signal: AbortSignal;
}

/**
 * What a tool may do; decides whether it is offered, and what the client is told of it: `adds` changes without taking
 * anything away, `replaces` may overwrite, `deletes` is offered when it was asked for.
 */
export type Effect = "reads" | "adds" | "replaces" | "deletes";

export type Data = Readonly<Record<string, unknown>>;

interface Definition<Input extends v.ObjectEntries> {
  readonly name: string;
  readonly about: string;
  readonly effect: Effect;
  /** Whether a second call with the same arguments changes nothing more; said of what changes something. */
  readonly idempotent?: boolean;
  /** It works with the project's files, so it is offered only where there are some. */
  readonly files?: true;
  /** It may reach files, and is offered without any too. */
  readonly mayReach?: true;
  readonly input: v.StrictObjectSchema<Input, undefined>;
  /** The text beside the structured result; its JSON otherwise. */
  readonly text?: (output: Data) => string;
  readonly run: (
    call: ToolCall,
    input: v.InferOutput<v.StrictObjectSchema<Input, undefined>>,
  ) => Data | Promise<Data>;
}

/** A tool with its types forgotten: the list of them has many. */
export interface Tool extends Omit<Definition<v.ObjectEntries>, "input" | "run"> {
  readonly input: v.GenericSchema;
  /** @throws BerthError, or the reason of the call's signal */
  readonly call: (call: ToolCall, given: unknown) => Promise<Data>;
}

/** Where an argument does not fit, in words that a model can correct it by. */
function unfit(issues: readonly [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]]): BerthError {
  const why = issues.slice(0, 3).map((issue) => `${v.getDotPath(issue) ?? "arguments"}: ${issue.message}`);
  return fail("bad_arguments", { why: why.join("; ") });
}

/** An argument of every tool. */
const session = v.exactOptional(v.pipe(v.string(), v.description("Another session")));

export function tool<Input extends v.ObjectEntries>({ input, run, ...rest }: Definition<Input>): Tool {
  const whole = v.strictObject({ ...input.entries, session });
  const call = async (call: ToolCall, given: unknown) => {
    const parsed = v.safeParse(whole, given);
    if (!parsed.success) throw unfit(parsed.issues);
    const { session: other, ...own } = parsed.output as { readonly session?: string };
    const subject = other === undefined
      ? call.subject
      : await otherSubject(call, other, rest.effect, rest.files ?? rest.mayReach ?? false);
    return await run({ ...call, subject }, own as v.InferOutput<v.StrictObjectSchema<Input, undefined>>);
  };
  return { ...rest, input: whole, call };
}

/**
 * Another session than the one that is served. What confines files is confinement for all: its own have to be below.
 *
 * @throws what `Service.meant` throws; `path_outside_boundary`, `no_project_root`
 */
async function otherSubject(
  { service, subject: served }: ToolCall,
  given: string,
  effect: Effect,
  reaches: boolean,
): Promise<Subject> {
  const other = await service.meant(given, effect);
  if (other.store === served.store && other.id === served.id) return served;
  if (!reaches) return other;
  const path = rootOf(await readNow(other.store, other.id), other);
  const root = rootOf(await readNow(served.store, served.id), served);
  if (path === null || root === null) throw fail("no_project_root", { session: given });
  if (!isInside(realpathSync(root), realpathSync(path))) throw fail("path_outside_boundary", { path, root });
  return other;
}

/** Whether a tool is offered to a client that has files or has none. */
export function isOffered(
  { readOnly, allowDelete }: Service,
  { effect, files }: Tool,
  hasFiles: boolean,
): boolean {
  if (files && !hasFiles) return false;
  if (readOnly) return effect === "reads";
  return effect !== "deletes" || allowDelete;
}

function annotations({ effect, idempotent }: Tool): ToolAnnotations {
  if (effect === "reads") return { readOnlyHint: true, openWorldHint: false };
  return {
    readOnlyHint: false,
    destructiveHint: effect !== "adds",
    ...idempotent === undefined ? {} : { idempotentHint: idempotent },
    openWorldHint: false,
  };
}

/** The tool as clients are told of it. @param schemaOf makes the JSON Schema of its arguments */
export function listed(tool: Tool, schemaOf: (input: v.GenericSchema) => Listed["inputSchema"]): Listed {
  return {
    name: tool.name,
    description: tool.about,
    inputSchema: schemaOf(tool.input),
    annotations: annotations(tool),
  };
}

/** A failure for the model to read: it can correct what it asked for, so it is a result and no protocol error. */
function errorResult(error: unknown): CallToolResult {
  const failure = error instanceof BerthError ? error : fail("internal", { why: String(error) }, error);
  const { code, message } = failure;
  const hint = hintFor(failure);
  return {
    isError: true,
    content: [{ type: "text", text: `${message}\nhint: ${hint}\ncode: ${code}` }],
    _meta: { "berth/error": { code, message, hint } },
  };
}

/** Call the tool. What fails is a result as well. */
export async function answer(tool: Tool, call: ToolCall, given: unknown): Promise<CallToolResult> {
  try {
    const output = await tool.call(call, given);
    // An empty text is refused by some models' interfaces.
    const text = tool.text?.(output) || JSON.stringify(output);
    return { content: [{ type: "text", text }], structuredContent: output };
  } catch (error) {
    return errorResult(call.signal.aborted ? fail("broken_off", { tool: tool.name }, error) : error);
  }
}
