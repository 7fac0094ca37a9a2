import { callFor, planFor, RESULT, streamed, textFor, type Tool } from "./plan.ts";

interface Item {
  readonly type?: string;
  readonly role?: string;
  readonly content?: string | readonly { readonly text?: string }[];
}
interface Body {
  readonly model: string;
  readonly input: string | readonly Item[];
  readonly tools?: readonly (Tool & { readonly type: string })[];
}

const usage = {
  input_tokens: 10,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 10,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 20,
};

/** OpenAI's Responses API, as much of it as Codex needs; always streamed. */
export function responses({ model, input, tools: given = [] }: Body, serial: number): Response {
  const items: readonly Item[] = typeof input === "string" ? [{ role: "user", content: input }] : input;
  const plan = planFor(items.flatMap(({ type, role, content = [] }) => {
    if (type?.endsWith("_output") === true) return [RESULT];
    if (role !== "user") return [];
    return [typeof content === "string" ? content : content.map(({ text }) => text ?? "").join("\n")];
  }));
  const tools = given.filter(({ type }) => type === "function");
  const call = callFor(plan, tools);
  const base = { id: `resp_${serial}`, object: "response", created_at: 0, model, tools: [], error: null };
  return streamed(async function* () {
    let count = 0;
    const event = (type: string, more: Record<string, unknown>) =>
      `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: count++, ...more })}\n\n`;
    yield event("response.created", {
      response: { ...base, status: "in_progress", output: [], usage: null },
    });
    const place = { output_index: 0, content_index: 0, item_id: `item_${serial}` };
    const started = call === undefined
      ? { type: "message", id: place.item_id, role: "assistant", content: [], status: "in_progress" }
      : {
        type: "function_call",
        id: place.item_id,
        call_id: `call_${serial}`,
        name: call.name,
        arguments: JSON.stringify(call.args),
        status: "completed",
      };
    yield event("response.output_item.added", { output_index: 0, item: started });
    let whole = "";
    if (call === undefined) {
      const part = { type: "output_text", text: "", annotations: [] };
      yield event("response.content_part.added", { ...place, part });
      for await (const delta of textFor(plan, tools)) {
        whole += delta;
        yield event("response.output_text.delta", { ...place, delta });
      }
      yield event("response.output_text.done", { ...place, text: whole });
    }
    const content = [{ type: "output_text", text: whole, annotations: [] }];
    const item = call === undefined ? { ...started, content, status: "completed" } : started;
    yield event("response.output_item.done", { output_index: 0, item });
    yield event("response.completed", { response: { ...base, status: "completed", output: [item], usage } });
  });
}
