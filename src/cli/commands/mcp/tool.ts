import type { CallToolResult, McpServer, ToolAnnotations } from "@modelcontextprotocol/server";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import { BerthError, fail } from "../../../errors/errors.ts";
import type { Subject } from "../../../sandbox/session.ts";

/** What the server was started for. */
export interface Service {
  readonly subject: Subject;
  readonly readOnly: boolean;
  /** Whether tools that destroy something are offered. */
  readonly allowDelete: boolean;
}

/** What a tool may do; decides whether it is offered, and what the client is told of it. */
export type Effect = "reads" | "writes" | "deletes";

type ObjectSchema = v.GenericSchema<Record<string, unknown>, Record<string, unknown>>;

interface Tool<Input extends ObjectSchema, Output extends ObjectSchema> {
  readonly title: string;
  readonly about: string;
  readonly effect: Effect;
  readonly input: Input;
  readonly output: Output;
  /** The text beside the structured result; its JSON otherwise. */
  readonly text?: (output: v.InferOutput<Output>) => string;
  readonly run: (input: v.InferOutput<Input>) => v.InferInput<Output> | Promise<v.InferInput<Output>>;
}

function annotations(effect: Effect): ToolAnnotations {
  return {
    readOnlyHint: effect === "reads",
    destructiveHint: effect === "deletes",
    openWorldHint: false,
  };
}

/** A failure for the model to read: it can correct what it asked for, so it is a result and no protocol error. */
function errorResult(error: unknown): CallToolResult {
  const failure = error instanceof BerthError ? error : fail("internal", { why: String(error) }, error);
  const { code, message, hint } = failure;
  return {
    isError: true,
    content: [{ type: "text", text: `${message}\nhint: ${hint}\ncode: ${code}` }],
    _meta: { "berth/error": { code, message, hint } },
  };
}

function isOffered({ readOnly, allowDelete }: Service, effect: Effect): boolean {
  if (readOnly) return effect === "reads";
  return effect !== "deletes" || allowDelete;
}

/** Offer a tool, if the service may do what it does. Input and output are checked against their schemas. */
export function offer<Input extends ObjectSchema, Output extends ObjectSchema>(
  server: McpServer,
  service: Service,
  name: string,
  tool: Tool<Input, Output>,
): void {
  if (!isOffered(service, tool.effect)) return;
  const config = {
    title: tool.title,
    description: tool.about,
    inputSchema: toStandardJsonSchema(tool.input),
    outputSchema: toStandardJsonSchema(tool.output),
    annotations: annotations(tool.effect),
  };
  server.registerTool(name, config, async (input: v.InferOutput<Input>) => {
    try {
      const output = await tool.run(input);
      const text = tool.text?.(output as v.InferOutput<Output>) ?? JSON.stringify(output);
      return { content: [{ type: "text", text }], structuredContent: output };
    } catch (error) {
      return errorResult(error);
    }
  });
}
