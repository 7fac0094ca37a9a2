import { isObject, type Payload } from "../payload.ts";
import { type Installation, Unfit } from "./installation.ts";
import { type JsonHooks, jsonHooks } from "./json-hooks.ts";
import { below } from "./paths.ts";

/** Where Claude Code loads plugins from that are in no catalogue. */
const DIRECTORY = "skills/berth";

const MANIFEST = {
  name: "berth",
  version: "1.0.0",
  description: "Tells berth what Claude Code is doing, and serves it the session of its terminal",
  author: { name: "berth" },
  license: "MIT",
};

/** The files of a plugin: what it is, its hooks, and `berth mcp`. */
export function claudePlugin(hooks: JsonHooks): readonly Installation[] {
  return [
    whole(at(".claude-plugin/plugin.json"), () => MANIFEST),
    pluginHooks({ ...hooks, file: at("hooks/hooks.json"), exec: true }),
    whole(at(".mcp.json"), (binary) => ({ mcpServers: { berth: { command: binary, args: ["mcp"] } } })),
  ];
}

const at = (file: string): Installation["file"] =>
  below({
    variable: "CLAUDE_CONFIG_DIR",
    directory: ".claude",
    file: `${DIRECTORY}/${file}`,
    project: ".claude",
  });

/** A file that is ours alone: another berth's is replaced, and anybody else's is left. */
function whole(file: Installation["file"], contentFor: (binary: string) => Payload): Installation {
  const isOurs = (text: string): boolean => sameShape(parsed(text), contentFor(""));
  const textFor = (binary: string) => `${JSON.stringify(contentFor(binary), null, 2)}\n`;
  return {
    file,
    add(text, binary) {
      if (text !== null && text.trim() !== "" && !isOurs(text)) throw new Unfit("it is somebody else's");
      return { text: textFor(binary), spans: null };
    },
    remove: (text) => isOurs(text) ? null : text,
    has: (text, binary) => text === textFor(binary),
  };
}

function pluginHooks(hooks: JsonHooks): Installation {
  const plain = jsonHooks(hooks);
  return {
    ...plain,
    remove(text) {
      const rest = plain.remove(text);
      return rest === null || Object.keys(parsed(rest)).length === 0 ? null : rest;
    },
  };
}

/** Whether both have the same members, whatever text stands in them. */
function sameShape(one: unknown, other: unknown): boolean {
  if (!isObject(one) || !isObject(other)) {
    return Array.isArray(one) ? JSON.stringify(one) === JSON.stringify(other) : typeof one === typeof other;
  }
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && sameShape(one[key], other[key]));
}

function parsed(text: string): Payload {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
