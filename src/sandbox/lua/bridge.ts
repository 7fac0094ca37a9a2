/** The file functions that a script calls: `berth.read_file` and its like, on a confined root. */
import { BerthError, fail } from "../../errors/errors.ts";
import {
  deleteFile,
  fileExists,
  fileStat,
  glob,
  isDir,
  isFile,
  listDir,
  mkdirP,
  type ProjectRoot,
  readFile,
  writeFile,
} from "../files.ts";
import { push } from "./decode.ts";
import type { LuaMachine } from "./machine.ts";

/** Bytes that one script writes to files at most, all its calls together. */
export const MAX_WRITTEN = 100 * 1024 * 1024;

export interface BridgeContext {
  /** ID of the session. */
  readonly session: string;
  readonly permissions: { readonly write: boolean; readonly delete: boolean };
}

/** What a call gives back: bytes as a string, anything else as data. */
type Result = Uint8Array | Parameters<typeof push>[1];
type Call = (root: ProjectRoot, path: string, content: Uint8Array) => Result;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const READING: Readonly<Record<string, Call>> = {
  read_file: (root, path) => readFile(root, path).bytes,
  list_dir: (root, path) => listDir(root, path).map((entry) => entry.path.split("/").at(-1) ?? ""),
  file_exists: fileExists,
  is_file: isFile,
  is_dir: isDir,
  file_stat: (root, path) => ({ ...fileStat(root, path) }),
  glob: (root, pattern, path) => glob(root, pattern, text(path)).map((entry) => entry.path),
};

const WRITING: Readonly<Record<string, Call>> = {
  write_file: (root, path, content) => (writeFile(root, path, content), true),
  mkdir_p: (root, path) => (mkdirP(root, path), true),
};

const DELETING: Readonly<Record<string, Call>> = {
  delete_file: (root, path) => (deleteFile(root, path), true),
};

function text(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (error) {
    const path = new TextDecoder().decode(bytes);
    throw fail("invalid_path", { path, why: "it is not valid UTF-8" }, error);
  }
}

/** The one function behind `berth`: called with the operation's name and its arguments. */
export class Bridge {
  readonly #calls: Readonly<Record<string, Call>>;
  #written = 0;

  /** @param root null when the session has none: then every call fails, and says so */
  constructor(
    readonly machine: LuaMachine,
    readonly root: ProjectRoot | null,
    readonly context: BridgeContext,
  ) {
    const { permissions } = context;
    this.#calls = {
      ...READING,
      ...permissions.write ? WRITING : {},
      ...permissions.delete ? DELETING : {},
    };
  }

  /** Results are pushed outside of any `try`: Lua unwinds through here by an exception of its own. */
  call(state: number): number {
    const [name = new Uint8Array(), path = new Uint8Array(), content = new Uint8Array()] = this.#arguments(
      state,
    );
    const outcome = this.#attempt(new TextDecoder().decode(name), path, content);
    if (!(outcome instanceof BerthError)) return this.#give(state, outcome);
    this.machine.lua.lua_pushnil(state);
    this.machine.pushText(outcome.message, state);
    this.machine.pushText(outcome.code, state);
    return 3;
  }

  #arguments(state: number): Uint8Array[] {
    const count = this.machine.lua.lua_gettop(state);
    return Array.from({ length: count }, (_, i) => this.machine.bytes(i + 1, state));
  }

  #attempt(name: string, path: Uint8Array, content: Uint8Array): Result | BerthError {
    try {
      return this.#run(name, text(path), content);
    } catch (error) {
      return error instanceof BerthError ? error : fail("internal", { why: String(error) }, error);
    }
  }

  #run(name: string, path: string, content: Uint8Array): Result {
    if (this.root === null) throw fail("no_project_root", { session: this.context.session });
    const call = this.#calls[name];
    if (!call) throw fail("permission_denied", { path });
    if (name === "write_file") this.#written += content.length;
    if (this.#written > MAX_WRITTEN) {
      throw fail("too_large", { path, size: this.#written, limit: MAX_WRITTEN });
    }
    return call(this.root, path, content);
  }

  #give(state: number, result: Result): number {
    if (result instanceof Uint8Array) this.machine.pushBytes(result, state);
    else this.machine.onState(state, () => push(this.machine, result));
    return 1;
  }
}
