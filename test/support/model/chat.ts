import { callFor, planFor, RESULT, streamed, textFor, type Tool } from "./plan.ts";

interface Body {
  readonly model: string;
  readonly stream?: boolean;
  readonly messages?: readonly {
    readonly role: string;
    readonly content?: string | readonly { readonly text?: string }[];
  }[];
  readonly tools?: readonly { readonly function: Tool }[];
}

const usage = { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 };

/** OpenAI's Chat Completions, as much of it as OpenCode, Copilot and Qwen need. */
export function chat({ model, stream, messages = [], tools: given = [] }: Body, serial: number): Response {
  const plan = planFor(messages.flatMap(({ role, content = "" }) => {
    if (role === "tool") return [RESULT];
    if (role !== "user") return [];
    return [typeof content === "string" ? content : content.map(({ text }) => text ?? "").join("\n")];
  }));
  const tools = given.map((tool) => tool.function);
  const call = callFor(plan, tools);
  const base = { id: `chat_${serial}`, created: 0, model };
  const finish = call === undefined ? "stop" : "tool_calls";
  const asked = call === undefined ? undefined : {
    tool_calls: [{
      index: 0,
      id: `call_${serial}`,
      type: "function",
      function: { name: call.name, arguments: JSON.stringify(call.args) },
    }],
  };
  if (stream !== true) {
    const message = { role: "assistant", content: asked === undefined ? "done" : null, ...asked };
    const choices = [{ index: 0, message, finish_reason: finish }];
    return Response.json({ ...base, object: "chat.completion", choices, usage });
  }
  return streamed(async function* () {
    const event = (delta: unknown, finish_reason: string | null = null, more = {}) => {
      const choices = [{ index: 0, delta, finish_reason }];
      return `data: ${JSON.stringify({ ...base, object: "chat.completion.chunk", choices, ...more })}\n\n`;
    };
    yield event({ role: "assistant", content: asked === undefined ? "" : null, ...asked });
    if (asked === undefined) { for await (const content of textFor(plan, tools)) yield event({ content }); }
    yield event({}, finish, { usage });
    yield "data: [DONE]\n\n";
  });
}
