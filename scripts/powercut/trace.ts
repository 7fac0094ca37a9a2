/** The file operations of one run, from a trace of strace(1). */
import { join } from "node:path";
import type { Call } from "../crash/points.ts";
import type { Ended, World } from "../crash/world.ts";

export type Operation =
  | { readonly kind: "create"; readonly path: string }
  | { readonly kind: "write"; readonly path: string; readonly bytes: Uint8Array; readonly at: number | null }
  | { readonly kind: "truncate"; readonly path: string; readonly length: number }
  | { readonly kind: "sync"; readonly path: string }
  | { readonly kind: "rename"; readonly path: string; readonly to: string }
  | { readonly kind: "link"; readonly path: string; readonly to: string }
  | { readonly kind: "remove"; readonly path: string }
  | { readonly kind: "directory"; readonly path: string }
  /** The answer goes out: from here on it counts as done. */
  | { readonly kind: "said" };

const CALLS =
  "openat,write,pwrite64,ftruncate,fsync,fdatasync,rename,renameat,renameat2,link,unlink,unlinkat,mkdir";

/** Run a command under the tracer. @returns its operations below the store, in order */
export function operationsOf(
  world: World,
  { args, ...more }: Call,
): { ended: Ended; operations: Operation[] } {
  const log = join(world.top, "trace");
  const how = ["-qq", "-y", "-s", "1000000", "-o", log, "-e", `trace=${CALLS}`];
  const ended = world.run(["strace", ...how, "--", world.berth, ...args], more);
  const operations: Operation[] = [];
  for (const line of world.text("..", "trace").split("\n")) {
    const found = operationOf(line);
    if (found === null) continue;
    if (found.kind === "said" || found.path.startsWith(`${world.store}/`) || found.path === world.store) {
      operations.push(found);
    }
  }
  return { ended, operations };
}

const STRINGS = /"((?:[^"\\]|\\.)*)"/g;
const FD = /^\d+<([^>]*)>/;

function operationOf(line: string): Operation | null {
  const [, call = "", rest = ""] = /^(\w+)\((.*)$/.exec(line) ?? [];
  if (call === "" || / = -1 E/.test(rest)) return null;
  const strings = [...rest.matchAll(STRINGS)].map(([, text = ""]) => text);
  const path = text(strings[0] ?? "");
  const open = FD.exec(rest)?.[1]?.replace(/ \(deleted\)$/, "") ?? "";
  switch (call) {
    case "openat":
      return /O_CREAT/.test(rest) ? { kind: "create", path } : null;
    case "write":
      if (/^1</.test(rest)) return { kind: "said" };
      return { kind: "write", path: open, bytes: bytesOf(strings[0] ?? ""), at: null };
    case "pwrite64":
      return {
        kind: "write",
        path: open,
        bytes: bytesOf(strings[0] ?? ""),
        at: Number(/, (\d+)\) = /.exec(rest)?.[1]),
      };
    case "ftruncate":
      return { kind: "truncate", path: open, length: Number(/, (\d+)\) = /.exec(rest)?.[1]) };
    case "fsync":
    case "fdatasync":
      return { kind: "sync", path: open };
    case "rename":
    case "renameat":
    case "renameat2":
      return { kind: "rename", path, to: text(strings[1] ?? "") };
    case "link":
      return { kind: "link", path, to: text(strings[1] ?? "") };
    case "unlink":
    case "unlinkat":
      return { kind: "remove", path };
    case "mkdir":
      return { kind: "directory", path };
    default:
      return null;
  }
}

const text = (escaped: string): string => new TextDecoder().decode(bytesOf(escaped));

/** What strace has in a string: octal, and the letters of C. */
function bytesOf(escaped: string): Uint8Array {
  const letters: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, f: 12, v: 11, '"': 34, "\\": 92 };
  const bytes: number[] = [];
  for (let at = 0; at < escaped.length; at++) {
    if (escaped[at] !== "\\") {
      bytes.push(escaped.charCodeAt(at));
      continue;
    }
    const octal = /^[0-7]{1,3}/.exec(escaped.slice(at + 1, at + 4))?.[0];
    bytes.push(octal === undefined ? letters[escaped[at + 1] ?? ""] ?? 0 : parseInt(octal, 8));
    at += octal?.length ?? 1;
  }
  return Uint8Array.from(bytes);
}
