import {
  type Edit,
  findNodeAtLocation,
  type JSONPath,
  type ModificationOptions,
  modify,
  type Node,
  parse,
  type ParseError,
  parseTree,
} from "jsonc-parser";
import { isObject, type Payload } from "../payload.ts";
import { agentCall, agentCommand, commandOf, isHookCommand, isWorktreeCommand } from "./command.ts";
import { type Installation, Unfit } from "./installation.ts";
import { narrowed, shifted, type Span } from "./span.ts";

export interface JsonHooks {
  readonly agent: string;
  readonly file: Installation["file"];
  /** The agent's names of the events that are wanted. */
  readonly events: readonly string[];
  /** Whether an event's payload lacks its name, which is then given to us. */
  readonly named?: true;
  /** Events at which the agent asks for something: what follows `berth agent` there. */
  readonly asks?: Readonly<Record<string, string>>;
  /** An entry of an event's list, and the command in one; as Claude Code has them where nothing is said. */
  readonly entry?: (command: string) => Payload;
  /** Whether the agent starts a program with arguments, and no command of a shell's. */
  readonly exec?: true;
}

const claudeEntry = (command: string): Payload => ({ hooks: [{ type: "command", command }] });

/**
 * Hooks in a JSON file, with or without comments: `hooks`, and in it a list for each event. Ours come last, since some
 * agents trust hooks by their place. Whatever else is in the file stays, to the byte.
 */
export function jsonHooks(
  { agent, file, events: told, named, asks = {}, entry = claudeEntry, exec }: JsonHooks,
): Installation {
  const events = [...told, ...Object.keys(asks)];
  const wordsFor = (event: string): readonly string[] => {
    const asked = asks[event];
    if (asked !== undefined) return [asked];
    return named === true ? ["hook", agent, event] : ["hook", agent];
  };
  const commandFor = (event: string, binary: string, windows: boolean) =>
    agentCommand(binary, wordsFor(event), windows);
  const entryFor = (event: string, binary: string, windows: boolean): Payload => {
    if (exec !== true) return entry(commandFor(event, binary, windows));
    const [command, ...args] = agentCall(binary, wordsFor(event), windows);
    return { hooks: [{ type: "command", command, args }] };
  };
  const isOurs = (value: unknown): boolean =>
    commandsIn(value).some((one) =>
      isHookCommand(one, agent) || (agent === "claude" && isWorktreeCommand(one))
    );
  /** What is asked for once is not asked for twice: our own call that a person has put there stays the only one. */
  const isByHand = (text: string, event: string): boolean => {
    const list = hooksIn(parsed(text))[event];
    return asks[event] !== undefined && Array.isArray(list) &&
      list.flatMap(commandsIn).some((one) =>
        typeof one === "string" && one.endsWith(`berth agent ${asks[event]}`)
      );
  };
  return {
    file,
    add(text, binary, windows) {
      const entries = events.map((event) => [event, entryFor(event, binary, windows)] as const);
      if (text === null || text.trim() === "") {
        const hooks = Object.fromEntries(entries.map(([event, one]) => [event, [one]]));
        return { text: `${JSON.stringify({ hooks }, null, 2)}\n`, spans: null };
      }
      const editor = openEditor(removeIn(text, isOurs));
      for (const [event, one] of entries) if (!isByHand(text, event)) append(editor, event, one);
      return { text: editor.text, spans: text === editor.before ? editor.spans : null };
    },
    remove: (text) => removeIn(text, isOurs),
    has(text, binary, windows) {
      const hooks = hooksIn(parsed(text));
      return events.every((event) => {
        const list = hooks[event];
        return isByHand(text, event) || Array.isArray(list) &&
            list.some((one) => commandsIn(one).includes(commandFor(event, binary, windows)));
      });
    },
  };
}

interface Editor {
  readonly before: string;
  text: string;
  spans: readonly Span[] | null;
}

const openEditor = (text: string): Editor => ({ before: text, text, spans: [] });

function append(editor: Editor, event: string, one: Payload): void {
  const list = hooksIn(parsed(editor.text))[event];
  if (list !== undefined && !Array.isArray(list)) throw new Unfit(`hooks.${event} is no list`);
  if (list === undefined) edit(editor, ["hooks", event], [one]);
  else edit(editor, ["hooks", event, -1], one, true);
}

function edit(editor: Editor, path: JSONPath, value: unknown, isArrayInsertion = false): void {
  // Not formatted by the library: that lays the neighbours out anew as well.
  const options: ModificationOptions = { isArrayInsertion };
  // From the last one on, so that each stands where it was found.
  const edits = editsFor(editor.text, path, value, options).sort((one, other) => other.offset - one.offset);
  for (const { offset, length, content } of edits) {
    const laidOut = value === undefined
      ? content
      : layOut(editor.text, offset + length, content, path.length, value);
    const found = narrowed(editor.text, { at: offset, length, content: laidOut });
    editor.text = editor.text.slice(0, found.at) + found.content + editor.text.slice(found.at + found.length);
    editor.spans = found.length === 0 && editor.spans !== null
      ? shifted(editor.spans, found.at, found.content.length)
      : null;
  }
}

/** The library takes it that the last entry of a list stands on a line of its own, and would leave a bracket of it. */
function editsFor(text: string, path: JSONPath, value: unknown, options: ModificationOptions): Edit[] {
  const node = value === undefined ? findNodeAtLocation(parseTree(text) as Node, path) : undefined;
  const list = node?.parent?.type === "array" ? node.parent.children ?? [] : [];
  const before = list.at(-2);
  if (node === undefined || before === undefined || list.at(-1) !== node) {
    return modify(text, path, value, options);
  }
  const offset = before.offset + before.length;
  return [{ offset, length: node.offset + node.length - offset, content: "" }];
}

/** What is put in, on lines of its own, indented as the file is; in a file of one line on that one. */
function layOut(text: string, end: number, content: string, depth: number, value: unknown): string {
  if (!text.trim().includes("\n") && text.trim() !== "{}") return content;
  const { indent, eol } = formatOf(text);
  const before = eol + indent.repeat(depth);
  const compact = JSON.stringify(value);
  const at = content.indexOf(compact);
  const json = JSON.stringify(value, null, indent).replaceAll("\n", before);
  const [head, tail] = [content.slice(0, at), content.slice(at + compact.length)];
  const comma = head.startsWith(",") ? "," : "";
  // Into an empty pair of brackets, whose closing one then stands on a line of its own.
  const close = /^[}\]]/.test(text.slice(end)) ? eol + indent.repeat(depth - 1) : "";
  return `${comma}${before}${head.slice(comma.length)}${json}${tail}${comma === "" ? close : ""}`;
}

/** Without the entries that are ours, and without lists that held nothing else. */
function removeIn(text: string, isOurs: (entry: unknown) => boolean): string {
  const editor = openEditor(text);
  for (const [event, list] of Object.entries(hooksIn(parsed(text)))) {
    if (!Array.isArray(list) || !list.some(isOurs)) continue;
    if (list.every(isOurs)) edit(editor, ["hooks", event], undefined);
    else {for (let at = list.length - 1; at >= 0; at -= 1) {
        if (isOurs(list[at])) edit(editor, ["hooks", event, at], undefined);
      }}
  }
  if (editor.text !== text && Object.keys(hooksIn(parsed(editor.text))).length === 0) {
    edit(editor, ["hooks"], undefined);
  }
  return editor.text;
}

/** The commands that an entry of any shape calls. */
function commandsIn(entry: unknown): unknown[] {
  if (!isObject(entry)) return [];
  const inner = Array.isArray(entry["hooks"]) ? entry["hooks"].flatMap(commandsIn) : [];
  const { command, args, bash, powershell } = entry;
  return [Array.isArray(args) ? commandOf([command, ...args]) : command, bash, powershell, ...inner];
}

function hooksIn(document: Payload): Payload {
  const hooks = document["hooks"];
  if (hooks !== undefined && !isObject(hooks)) throw new Unfit("hooks is no object");
  return hooks ?? {};
}

function parsed(text: string): Payload {
  const errors: ParseError[] = [];
  const value: unknown = parse(text.replace(/^\ufeff/, ""), errors, { allowTrailingComma: true });
  if (errors.length > 0 || !isObject(value)) throw new Unfit("it is no whole JSON document");
  return value;
}

/** As the file is written: its line ends, and what its first line that is indented begins with. */
function formatOf(text: string) {
  return { indent: /\n([ \t]+)\S/.exec(text)?.[1] ?? "  ", eol: text.includes("\r\n") ? "\r\n" : "\n" };
}
