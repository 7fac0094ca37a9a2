import { callFor, planFor, RESULT, streamed, textFor, type Tool } from "./plan.ts";

type Block = { readonly type: string; readonly text?: string };
interface Body {
  readonly model: string;
  readonly stream?: boolean;
  readonly messages?: readonly { readonly role: string; readonly content: string | readonly Block[] }[];
  readonly tools?: readonly { readonly name: string; readonly input_schema?: Tool["parameters"] }[];
}

const usage = {
  input_tokens: 10,
  output_tokens: 10,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
};
const event = (value: { readonly type: string; readonly [key: string]: unknown }): string =>
  `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`;

/** Anthropic's Messages API, as much of it as Claude Code needs. */
export function anthropic(body: Body, serial: number): Response {
  const blocks = (body.messages ?? []).filter(({ role }) => role === "user").flatMap(({ content }) =>
    typeof content === "string" ? [{ type: "text", text: content }] : content
  );
  const plan = planFor(
    blocks.flatMap(({ type, text }) => type === "tool_result" ? [RESULT] : text === undefined ? [] : [text]),
  );
  const tools = (body.tools ?? []).map(({ name, input_schema }): Tool => ({
    name,
    ...input_schema === undefined ? {} : { parameters: input_schema },
  }));
  const call = callFor(plan, tools);
  const message = {
    id: `msg_${serial}`,
    type: "message",
    role: "assistant",
    model: body.model,
    stop_sequence: null,
    usage,
  };
  const use = call === undefined
    ? null
    : { type: "tool_use", id: `toolu_${serial}`, name: call.name, input: call.args };
  const stop_reason = use === null ? "end_turn" : "tool_use";
  if (body.stream !== true) {
    return Response.json({ ...message, content: [use ?? { type: "text", text: "done" }], stop_reason });
  }
  return streamed(async function* () {
    yield event({ type: "message_start", message: { ...message, content: [], stop_reason: null } });
    const content_block = use === null ? { type: "text", text: "" } : { ...use, input: {} };
    yield event({ type: "content_block_start", index: 0, content_block });
    const delta = (value: unknown) => event({ type: "content_block_delta", index: 0, delta: value });
    if (use !== null) yield delta({ type: "input_json_delta", partial_json: JSON.stringify(use.input) });
    else for await (const text of textFor(plan, tools)) yield delta({ type: "text_delta", text });
    yield event({ type: "content_block_stop", index: 0 });
    yield event({ type: "message_delta", delta: { stop_reason, stop_sequence: null }, usage });
    yield event({ type: "message_stop" });
  });
}
