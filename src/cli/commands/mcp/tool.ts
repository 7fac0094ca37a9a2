import type { AgentRow } from "../../../agents/evidence.ts";
import type { CallToolResult, Tool as Listed, ToolAnnotations } from "@modelcontextprotocol/server";
import * as v from "valibot";
import { BerthError, fail } from "../../../errors/errors.ts";
import type { Subject } from "../../../sandbox/session.ts";
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
  /** The agents that work in the session, as they are now. */
  readonly agents: () => Promise<readonly AgentRow[]>;
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
type InputSchema = v.GenericSchema<Record<string, unknown>, Record<string, unknown>>;

interface Definition<Input extends InputSchema> {
  readonly name: string;
  readonly about: string;
  readonly effect: Effect;
  /** Whether a second call with the same arguments changes nothing more; said of what changes something. */
  readonly idempotent?: boolean;
  /** It works with the project's files, so it is offered only where there are some. */
  readonly files?: true;
  readonly input: Input;
  /** The text beside the structured result; its JSON otherwise. */
  readonly text?: (output: Data) => string;
  readonly run: (call: ToolCall, input: v.InferOutput<Input>) => Data | Promise<Data>;
}

/** A tool with its types forgotten: the list of them has many. */
export interface Tool extends Omit<Definition<InputSchema>, "input" | "run"> {
  readonly input: v.GenericSchema;
  /** @throws BerthError, or the reason of the call's signal */
  readonly call: (call: ToolCall, given: unknown) => Promise<Data>;
}

/** Where an argument does not fit, in words that a model can correct it by. */
function unfit(issues: readonly [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]]): BerthError {
  const why = issues.slice(0, 3).map((issue) => `${v.getDotPath(issue) ?? "arguments"}: ${issue.message}`);
  return fail("bad_arguments", { why: why.join("; ") });
}

export function tool<Input extends InputSchema>({ input, run, ...rest }: Definition<Input>): Tool {
  const call = async (call: ToolCall, given: unknown) => {
    const parsed = v.safeParse(input, given);
    if (!parsed.success) throw unfit(parsed.issues);
    return await run(call, parsed.output);
  };
  return { ...rest, input, call };
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
