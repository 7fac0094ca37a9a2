import * as v from "valibot";
import { fail } from "../../../errors/errors.ts";
import {
  deleteFile,
  type FileContent,
  type FileStat,
  fileStat,
  glob,
  listDir,
  MAX_READ,
  mkdirP,
  type ProjectRoot,
  readFile,
  readLines,
  writeFile,
} from "../../../sandbox/files.ts";
import { openRoot } from "../../../sandbox/session.ts";
import { page } from "./page.ts";
import { integer, optional, text } from "./schema.ts";
import { type Data, tool, type ToolCall } from "./tool.ts";

/** Bytes that come when it is not said how many: what fits into one answer to a model. */
const DEFAULT_BYTES = 64 * 1024;
const LISTED = 200;
const FOUND = 500;

const path = text("Below the project root");
const directory = optional(text("The project root by default"));
const cursor = optional(text("End of the last answer"));
const limit = (most: number) => optional(integer(`At most so many; ${most} by default`, 1, 5000));

/** Do something with the session's files, and let go of their root. */
async function within<T>({ subject, signal }: ToolCall, work: (root: ProjectRoot) => T): Promise<T> {
  using root = await openRoot(subject);
  signal.throwIfAborted();
  return work(root);
}

/** Text as far as it goes: a character that is cut off at the end is left for the next part. */
function textOf({ bytes, end }: FileContent): { text: string; length: number } | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes, { stream: !end });
    // Less than one character was asked for: as bytes it is at least a step forward.
    if (text === "" && bytes.length > 0) return null;
    return { text, length: Buffer.byteLength(text) };
  } catch {
    return null;
  }
}

function describe(content: FileContent): Data {
  const { path, offset, size, binary } = content;
  const text = binary ? null : textOf(content);
  const next = offset + (text?.length ?? content.bytes.length);
  return {
    path,
    size,
    encoding: text ? "utf-8" : "base64",
    content: text?.text ?? Buffer.from(content.bytes).toString("base64"),
    truncated: next < size,
    nextOffset: next < size ? next : null,
  };
}

interface ReadInput {
  readonly path: string;
  readonly offset?: number;
  readonly limit?: number;
  readonly line?: number;
  readonly lines?: number;
}

function read(root: ProjectRoot, { path, offset, limit = DEFAULT_BYTES, line, lines }: ReadInput): Data {
  if (line === undefined && lines === undefined) {
    return describe(readFile(root, path, { offset: offset ?? 0, limit }));
  }
  if (offset !== undefined) {
    throw fail("bad_arguments", { why: "offset counts bytes, line and lines count lines" });
  }
  const first = line ?? 1;
  const content = readLines(root, path, {
    first,
    maxBytes: limit,
    ...lines === undefined ? {} : { count: lines },
  });
  return { ...describe(content), line: first, nextLine: content.end ? null : first + content.lines };
}

/** A cut text says so, for who sees the text alone. */
function readText({ content, truncated, nextOffset, nextLine, size }: Data): string {
  if (!truncated) return String(content);
  const next = nextLine === undefined ? `offset ${nextOffset}` : `line ${nextLine} (offset ${nextOffset})`;
  return `${content}\n[truncated: the file has ${size} bytes; go on at ${next}]`;
}

/** The bytes that are meant. What decodes to something else than was given was no base64. */
function contentOf(path: string, content: string, encoding: "utf-8" | "base64"): Buffer {
  const bytes = Buffer.from(content, encoding);
  if (encoding === "base64" && bytes.toString("base64") !== content) {
    throw fail("bad_content", {
      path,
      why: "its content is no base64, which has no spaces, prefix or other alphabet",
    });
  }
  if (encoding === "utf-8" && !content.isWellFormed()) {
    throw fail("bad_content", { path, why: "its content has half a character (a lone surrogate)" });
  }
  return bytes;
}

async function write(
  call: ToolCall,
  path: string,
  content: string,
  encoding: "utf-8" | "base64",
): Promise<Data> {
  const bytes = contentOf(path, content, encoding);
  let notKept: readonly string[] = [];
  const written = await within(call, (root) => writeFile(root, path, bytes, (lost) => void (notKept = lost)));
  return { path: written, size: bytes.length, ...notKept.length === 0 ? {} : { notKept } };
}

const shownName = ({ path, type }: FileStat): string => type === "directory" ? `${path}/` : path;

/** Names on lines, and where they go on. */
function lines(names: readonly string[], { cursor }: Data): string {
  const more = cursor === undefined ? [] : [`[truncated: go on with cursor ${JSON.stringify(cursor)}]`];
  return [...names, ...more].join("\n");
}

const READING = [
  tool({
    name: "file_read",
    about: "Read a file of the project, or a part by bytes or lines; binary as base64",
    effect: "reads",
    files: true,
    input: v.strictObject({
      path,
      offset: optional(integer("First byte", 0, Number.MAX_SAFE_INTEGER)),
      limit: optional(integer(`Bytes at most; ${DEFAULT_BYTES} by default`, 1, MAX_READ)),
      line: optional(integer("First line, from 1", 1, Number.MAX_SAFE_INTEGER)),
      lines: optional(integer("Lines at most", 1, Number.MAX_SAFE_INTEGER)),
    }),
    text: readText,
    run: (call, input) => within(call, (root) => read(root, input)),
  }),
  tool({
    name: "file_list",
    about: "What is in a directory of the project, with type, size and time",
    effect: "reads",
    files: true,
    input: v.strictObject({ path: directory, limit: limit(LISTED), cursor }),
    text: ({ entries, ...rest }) => lines((entries as FileStat[]).map(shownName), rest),
    run: (call, { path = ".", limit = LISTED, cursor }) =>
      within(call, (root) => {
        const after = cursor?.split("/").at(-1);
        const part = { limit: limit + 1, ...after === undefined ? {} : { after } };
        const found = new Map(listDir(root, path, part).map(({ mode: _, ...entry }) => [entry.path, entry]));
        const { items, rest } = page([...found.keys()], limit, DEFAULT_BYTES, (path) => found.get(path));
        return { entries: items, ...rest };
      }),
  }),
  tool({
    name: "file_stat",
    about: "Type, size, time and mode of a path",
    effect: "reads",
    files: true,
    input: v.strictObject({ path }),
    run: (call, { path }) => within(call, (root) => ({ ...fileStat(root, path) })),
  }),
  tool({
    name: "file_glob",
    about: "Find paths by a pattern such as src/**/*.ts; links are not followed",
    effect: "reads",
    files: true,
    input: v.strictObject({
      pattern: text("*, ?, [a-z], {a,b}, and ** for any depth"),
      path: directory,
      limit: limit(FOUND),
      cursor,
    }),
    text: ({ paths, ...rest }) => lines(paths as string[], rest),
    run: (call, { pattern, path = ".", limit = FOUND, cursor }) =>
      within(call, (root) => {
        const part = { limit: limit + 1, ...cursor === undefined ? {} : { after: cursor } };
        const found = glob(root, pattern, path, part).map(({ path }) => path);
        const { items, rest } = page(found, limit, DEFAULT_BYTES, (path) => path);
        return { paths: items, ...rest };
      }),
  }),
];

const WRITING = [
  tool({
    name: "file_write",
    about: "Write a whole file of the project; missing directories are made",
    effect: "replaces",
    idempotent: true,
    files: true,
    input: v.strictObject({
      path,
      content: text("All of it"),
      encoding: optional(
        v.pipe(v.picklist(["utf-8", "base64"]), v.description("Of content; utf-8 by default")),
      ),
    }),
    run: (call, { path, content, encoding = "utf-8" }) => write(call, path, content, encoding),
  }),
  tool({
    name: "directory_make",
    about: "Make a directory of the project and those that lead to it",
    effect: "adds",
    idempotent: true,
    files: true,
    input: v.strictObject({ path }),
    run: (call, { path }) => within(call, (root) => ({ path: mkdirP(root, path) })),
  }),
  tool({
    name: "file_delete",
    about: "Delete a file or link of the project, no directory",
    effect: "deletes",
    idempotent: true,
    files: true,
    input: v.strictObject({ path }),
    run: (call, { path }) => within(call, (root) => ({ path: deleteFile(root, path) })),
  }),
];

export const FILE_TOOLS = [...READING, ...WRITING];
