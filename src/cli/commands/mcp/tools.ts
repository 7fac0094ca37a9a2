import { FILE_TOOLS } from "./file-tools.ts";
import { LUA_TOOLS } from "./lua-tools.ts";
import { jsonSchemaOf } from "./schema.ts";
import { SESSION_TOOLS } from "./session-tools.ts";
import { STATE_TOOLS } from "./state-tools.ts";
import { isOffered, listed, type Service, type Tool } from "./tool.ts";

/** All there are; which of them a client sees depends on what the server was started for. */
const TOOLS: readonly Tool[] = [...SESSION_TOOLS, ...STATE_TOOLS, ...FILE_TOOLS, ...LUA_TOOLS];

const offered = (service: Service, hasFiles: boolean) =>
  TOOLS.filter((tool) => isOffered(service, tool, hasFiles));

export const listTools = (service: Service, hasFiles: boolean) =>
  offered(service, hasFiles).map((tool) => listed(tool, jsonSchemaOf));

/** @returns why it is not there, where it is not */
export function findTool(service: Service, hasFiles: boolean, name: string): Tool | string {
  const found = offered(service, hasFiles).find((tool) => tool.name === name);
  if (found !== undefined) return found;
  const known = TOOLS.find((tool) => tool.name === name);
  if (known === undefined) return `Tool ${name} not found`;
  if (!hasFiles && known.files) {
    return `Tool ${name} not found: there is no project root; the user can give one with --root DIR`;
  }
  return `Tool ${name} not found: the user has not allowed ${
    known.effect === "deletes" ? "deletion" : "changes"
  }`;
}
