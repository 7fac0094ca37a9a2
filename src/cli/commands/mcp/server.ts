import { ProtocolError, ProtocolErrorCode, Server } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { fullSpeed } from "../../../sandbox/full-speed.ts";
import { lastly } from "./end.ts";
import { Roots } from "./roots.ts";
import type { McpStreams } from "./streams.ts";
import { answer, type Service } from "./tool.ts";
import { Wire } from "./wire.ts";

export { Roots };

interface Serving {
  readonly service: Service;
  readonly roots: Roots;
  readonly version: string;
  /** Fires when nobody waits for answers any more. */
  readonly ending: AbortSignal;
}

/**
 * What the client may call is loaded when it asks for it, and the engine compiles from then on: until then the client
 * waits for nothing but our name, and compiling costs it 3 ms.
 */
function tools() {
  fullSpeed();
  return import("./tools.ts");
}

function handleTools(server: Server, { service, roots, ending }: Serving): void {
  server.setRequestHandler("tools/list", async () => {
    const { listTools } = await tools();
    return { tools: listTools(service, await roots.served() !== null) };
  });
  server.setRequestHandler("tools/call", async ({ params }, { mcpReq }) => {
    const { findTool } = await tools();
    const served = await roots.served();
    const tool = findTool(service, served !== null, params.name);
    if (typeof tool === "string") throw new ProtocolError(ProtocolErrorCode.InvalidParams, tool);
    const signal = AbortSignal.any([mcpReq.signal, ending]);
    return await answer(
      tool,
      { service, subject: served ?? service.subject, signal },
      params.arguments ?? {},
    );
  });
}

/** Ask for the client's roots when it has some to tell, and tell it when it has other tools by them. */
function followRoots(server: Server, roots: Roots): void {
  const ask = async () => {
    if (server.getClientCapabilities()?.roots === undefined) return;
    const before = await roots.served();
    await roots.ask(async () => (await server.listRoots()).roots);
    if ((await roots.served() === null) !== (before === null)) await server.sendToolListChanged();
  };
  const heard = () => void ask().catch(() => {}); // a client that does not answer has no roots
  server.oninitialized = heard;
  server.setNotificationHandler("notifications/roots/list_changed", heard);
}

function makeServer(serving: Serving): Server {
  const { service: { subject: { id } }, version, roots } = serving;
  const instructions = `State, files and Lua of session ${id}. Files are confined to its project root; ` +
    `state is shared with everyone who works in the session. Every tool takes the session that is meant: a name in ` +
    `this project, PROJECT/NAME, an ID or a label; left out, it is this one.`;
  const capabilities = { tools: { listChanged: true } };
  const server = new Server({ name: "berth", version }, { capabilities, instructions });
  handleTools(server, serving);
  followRoots(server, roots);
  return server;
}

/**
 * Serve until the client closes our standard input, or is gone.
 *
 * @param say words for people, which must not go to standard output
 * @returns the exit status: 0 when everything that was asked for is answered
 */
export async function serve(
  service: Service,
  roots: Roots,
  version: string,
  { input, output }: McpStreams,
  say: (words: string) => void,
): Promise<number> {
  const wire = new Wire(input, output, say);
  const ending = new AbortController();
  serveStdio(() => makeServer({ service, roots, version, ending: ending.signal }), {
    transport: wire,
    onerror: ({ message }) => message === "" ? undefined : say(message),
  });
  return await lastly(wire, () => ending.abort(), say);
}
