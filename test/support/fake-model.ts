/**
 * A model that does what its prompt says, on loopback: `bun fake-model.ts PORT`. It speaks as much of Anthropic's
 * Messages API as Claude Code needs. `DO: run COMMAND` calls the shell tool once, `DO: slow SECONDS` streams text, and
 * anything else is answered by a word.
 */
type Block = { type: string; text?: string };
interface Body {
  readonly model: string;
  readonly stream?: boolean;
  readonly messages?: readonly { role: string; content: string | Block[] }[];
  readonly tools?: readonly { name: string }[];
}

const usage = {
  input_tokens: 10,
  output_tokens: 10,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
};
let serial = 0;

/** What the last prompt wants, and whether a tool has answered since. */
function wanted({ messages = [] }: Body): { verb: string; rest: string; answered: boolean } {
  let [found, answered]: [RegExpMatchArray | undefined, boolean] = [undefined, false];
  for (const { role, content } of messages) {
    if (role !== "user") continue;
    for (const block of typeof content === "string" ? [{ type: "text", text: content }] : content) {
      const prompt = [...(block.text ?? "").matchAll(/DO: (\w+) ([^\n<]*)/g)].at(-1);
      if (prompt !== undefined) [found, answered] = [prompt, false];
      else if (block.type === "tool_result") answered = true;
    }
  }
  return { verb: found?.[1] ?? "say", rest: (found?.[2] ?? "hello").trim(), answered };
}

const event = (value: { type: string }): string => `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`;

function answer(body: Body): Response {
  const { verb, rest, answered } = wanted(body);
  const tool = verb === "run" && !answered ? body.tools?.find(({ name }) => name === "Bash") : undefined;
  const id = `msg_${++serial}`;
  const input = { command: rest, description: "as the test says" };
  const content = tool === undefined
    ? { type: "text", text: "done" }
    : { type: "tool_use", id: `toolu_${serial}`, name: tool.name, input };
  const stop_reason = tool === undefined ? "end_turn" : "tool_use";
  const message = { id, type: "message", role: "assistant", model: body.model, stop_sequence: null, usage };
  if (body.stream !== true) return Response.json({ ...message, content: [content], stop_reason });
  const slow = verb === "slow" && (body.tools?.length ?? 0) > 0 ? Number(rest) : 0;
  async function* events() {
    yield event({ type: "message_start", message: { ...message, content: [], stop_reason: null } } as never);
    const start = tool === undefined ? { type: "text", text: "" } : { ...content, input: {} };
    yield event({ type: "content_block_start", index: 0, content_block: start } as never);
    for (let n = 0; n < slow * 5; n += 1) {
      yield event(
        { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: `tick ${n} ` } } as never,
      );
      await Bun.sleep(200);
    }
    const delta = tool === undefined
      ? { type: "text_delta", text: "done" }
      : { type: "input_json_delta", partial_json: JSON.stringify(input) };
    yield event({ type: "content_block_delta", index: 0, delta } as never);
    yield event({ type: "content_block_stop", index: 0 } as never);
    yield event({ type: "message_delta", delta: { stop_reason, stop_sequence: null }, usage } as never);
    yield event({ type: "message_stop" });
  }
  return new Response(events as unknown as ReadableStream, {
    headers: { "content-type": "text/event-stream" },
  });
}

if (import.meta.main) {
  Bun.serve({
    port: Number(process.argv[2]),
    hostname: "127.0.0.1",
    idleTimeout: 120,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname.endsWith("/count_tokens")) return Response.json({ input_tokens: 10 });
      if (request.method === "POST" && pathname.endsWith("/messages")) {
        return answer(await request.json() as Body);
      }
      return Response.json({ type: "error", error: { type: "not_found_error", message: "no such path" } }, {
        status: 404,
      });
    },
  });
  console.log("listening");
}
