import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio, StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { fullSpeed } from "../../../sandbox/full-speed.ts";
import { offerFileTools } from "./file-tools.ts";
import { offerLuaTools } from "./lua-tools.ts";
import { offerSessionTools } from "./session-tools.ts";
import type { McpStreams } from "./streams.ts";
import type { Service } from "./tool.ts";

/** Bytes of one message: the largest file that may be written, as base64, with room for the rest. */
const MAX_MESSAGE = 16 * 1024 * 1024;

function makeServer(service: Service, version: string): McpServer {
  const { id } = service.subject;
  const instructions = `State, files and Lua of session ${id}. Files are confined to its project root; ` +
    `state is shared with everyone who works in the session.`;
  const server = new McpServer({ name: "berth", version }, { capabilities: { tools: {} }, instructions });
  offerSessionTools(server, service);
  offerFileTools(server, service);
  offerLuaTools(server, service);
  return server;
}

/**
 * Serve until the client closes our standard input.
 *
 * @param onError told of errors of the protocol, which must not go to standard output
 */
export async function serve(
  service: Service,
  version: string,
  { input, output }: McpStreams,
  onError: (error: Error) => void,
): Promise<void> {
  const transport = new StdioServerTransport(input, output, { maxBufferSize: MAX_MESSAGE });
  fullSpeed();
  serveStdio(() => makeServer(service, version), { transport, onerror: onError });
  await new Promise<void>((resolve) =>
    input.once("end", resolve).once("close", resolve).once("error", resolve)
  );
}
