import type { McpServer } from "@modelcontextprotocol/server";
import * as v from "valibot";
import {
  deleteFile,
  type FileContent,
  fileStat,
  glob,
  listDir,
  MAX_READ,
  mkdirP,
  type ProjectRoot,
  readFile,
  writeFile,
} from "../../../sandbox/files.ts";
import { openRoot } from "../../../sandbox/session.ts";
import { offer, type Service } from "./tool.ts";

/** Bytes that `file_read` gives when it is not told how many: as much as a model can do something with. */
const DEFAULT_READ = 256 * 1024;

const path = v.pipe(v.string(), v.description("Relative to the project root, or absolute and below it"));
const directory = v.exactOptional(
  v.pipe(v.string(), v.description("A directory; left out, the project root")),
);
const bytes = v.pipe(v.number(), v.integer(), v.minValue(0));
const encoding = v.picklist(["utf-8", "base64"]);
const stat = v.object({
  path: v.string(),
  type: v.string(),
  size: v.number(),
  mtime: v.string(),
  mode: v.string(),
});
const entries = v.object({ entries: v.array(stat) });

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

function describe(content: FileContent) {
  const { path, offset, size, binary } = content;
  const text = binary ? null : textOf(content);
  const next = offset + (text?.length ?? content.bytes.length);
  return {
    path,
    size,
    encoding: text ? "utf-8" as const : "base64" as const,
    content: text?.text ?? Buffer.from(content.bytes).toString("base64"),
    nextOffset: next < size ? next : null,
  };
}

/** Do something with the session's files, and let go of their root. */
async function within<T>({ subject }: Service, work: (root: ProjectRoot) => T): Promise<T> {
  using root = await openRoot(subject);
  return work(root);
}

function offerReading(server: McpServer, service: Service): void {
  offer(server, service, "file_read", {
    title: "Read file",
    about:
      `Read a file of the project, or a part of it. Binary content comes as base64. Without a limit at most ` +
      `${DEFAULT_READ} bytes come; nextOffset says where to go on`,
    effect: "reads",
    input: v.strictObject({
      path,
      offset: v.exactOptional(bytes),
      limit: v.exactOptional(v.pipe(bytes, v.minValue(1), v.maxValue(MAX_READ))),
    }),
    output: v.object({
      path: v.string(),
      size: v.number(),
      encoding,
      content: v.string(),
      nextOffset: v.nullable(v.number()),
    }),
    text: ({ content }) => content,
    run: ({ path, offset = 0, limit = DEFAULT_READ }) =>
      within(service, (root) => describe(readFile(root, path, { offset, limit }))),
  });
  offer(server, service, "file_list", {
    title: "List directory",
    about: "What is in a directory of the project, with type, size and time",
    effect: "reads",
    input: v.strictObject({ path: directory }),
    output: entries,
    text: ({ entries }) =>
      entries.map(({ path, type }) => type === "directory" ? `${path}/` : path).join("\n"),
    run: ({ path = "." }) => within(service, (root) => ({ entries: listDir(root, path) })),
  });
  offer(server, service, "file_stat", {
    title: "Stat file",
    about: "Type, size, time and mode of a file or directory of the project",
    effect: "reads",
    input: v.strictObject({ path }),
    output: stat,
    run: ({ path }) => within(service, (root) => ({ ...fileStat(root, path) })),
  });
  offer(server, service, "file_glob", {
    title: "Find files",
    about: "Find files by a pattern such as src/**/*.ts; links are found but not followed",
    effect: "reads",
    input: v.strictObject({ pattern: v.string(), path: directory }),
    output: entries,
    text: ({ entries }) => entries.map(({ path }) => path).join("\n"),
    run: ({ pattern, path = "." }) => within(service, (root) => ({ entries: glob(root, pattern, path) })),
  });
}

function offerWriting(server: McpServer, service: Service): void {
  const done = v.object({ path: v.string() });
  offer(server, service, "file_write", {
    title: "Write file",
    about: "Write a whole file of the project, replacing what was there; missing directories are made",
    effect: "writes",
    input: v.strictObject({ path, content: v.string(), encoding: v.exactOptional(encoding) }),
    output: v.object({ path: v.string(), size: v.number() }),
    run({ path, content, encoding = "utf-8" }) {
      const bytes = Buffer.from(content, encoding);
      return within(service, (root) => ({ path: writeFile(root, path, bytes), size: bytes.length }));
    },
  });
  offer(server, service, "directory_make", {
    title: "Make directory",
    about: "Make a directory of the project and those that lead to it",
    effect: "writes",
    input: v.strictObject({ path }),
    output: done,
    run: ({ path }) => within(service, (root) => ({ path: mkdirP(root, path) })),
  });
  offer(server, service, "file_delete", {
    title: "Delete file",
    about: "Delete one file or link of the project; directories are not deleted",
    effect: "deletes",
    input: v.strictObject({ path }),
    output: done,
    run: ({ path }) => within(service, (root) => ({ path: deleteFile(root, path) })),
  });
}

export function offerFileTools(server: McpServer, service: Service): void {
  offerReading(server, service);
  offerWriting(server, service);
}
