/**
 * A model that does what its prompt says, on loopback: `bun fake-model.ts PORT`. It speaks as much of the APIs of
 * Anthropic, OpenAI and Google as coding agents need.
 */
import { anthropic } from "./model/anthropic.ts";
import { chat } from "./model/chat.ts";
import { gemini } from "./model/gemini.ts";
import { responses } from "./model/responses.ts";

let serial = 0;

// deno-lint-ignore no-explicit-any
function answer(pathname: string, body: any): Response | null {
  if (pathname.endsWith("/count_tokens")) return Response.json({ input_tokens: 10 });
  if (pathname.endsWith(":countTokens")) return Response.json({ totalTokens: 10 });
  if (pathname.endsWith("/messages")) return anthropic(body, ++serial);
  if (pathname.endsWith("/responses")) return responses(body, ++serial);
  if (pathname.endsWith("/chat/completions")) return chat(body, ++serial);
  if (pathname.endsWith(":streamGenerateContent")) return gemini(body, true);
  return pathname.endsWith(":generateContent") ? gemini(body, false) : null;
}

if (import.meta.main) {
  Bun.serve({
    port: Number(process.argv[2]),
    hostname: "127.0.0.1",
    idleTimeout: 120,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname.endsWith("/models")) {
        return Response.json({
          object: "list",
          data: [{ id: "fake-model", object: "model" }],
          has_more: false,
        });
      }
      const answered = request.method === "POST" ? answer(pathname, await request.json()) : null;
      const error = { type: "not_found_error", message: "no such path" };
      return answered ?? Response.json({ type: "error", error }, { status: 404 });
    },
  });
  console.log("listening");
}
