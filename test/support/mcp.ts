/** `berth mcp` spoken to by raw lines, which no client library would send. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { berth, cleanEnv, directory, scratch, until } from "./berth.ts";

/** What comes back, as far as the tests look. */
export interface Message {
  readonly id?: string | number | null;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown> & {
    readonly isError?: boolean;
    readonly content?: readonly { readonly type: string; readonly text: string }[];
    readonly structuredContent?: Record<string, unknown>;
  };
  readonly error?: { readonly code: number; readonly message: string };
}

export interface RawOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Of the client; its roots are asked for when it has some. */
  readonly capabilities?: Record<string, unknown>;
  readonly protocolVersion?: string;
  readonly base?: string;
}

export const VERSION = "2025-06-18";

export class Raw implements AsyncDisposable {
  readonly base: string;
  readonly child;
  /** All that came, in order. */
  readonly heard: Message[] = [];
  stderr = "";
  readonly read: Promise<void>;
  #id = 0;

  constructor(readonly options: RawOptions = {}) {
    this.base = options.base ?? scratch();
    this.child = Bun.spawn([berth, "mcp", ...options.args ?? []], {
      cwd: this.base,
      env: {
        ...cleanEnv(this.base),
        BERTH_HOME: join(this.base, "store"),
        BERTH_SESSION: "raw",
        ...options.env,
      },
      stdin: "pipe",
      stdout: "pipe",
      stderr: "pipe",
    });
    this.read = Promise.all([this.#hear(), this.#note()]).then(() => {});
  }

  async #hear(): Promise<void> {
    let rest = "";
    const decoder = new TextDecoder();
    for await (const chunk of this.child.stdout) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      this.heard.push(...lines.map((line) => JSON.parse(line) as Message));
    }
  }

  async #note(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of this.child.stderr) this.stderr += decoder.decode(chunk, { stream: true });
  }

  /** Bytes as they are. */
  write(text: string | Uint8Array): void {
    this.child.stdin.write(text);
    this.child.stdin.flush();
  }

  line(message: unknown): void {
    this.write(`${JSON.stringify(message)}\n`);
  }

  notify(method: string, params: Record<string, unknown> = {}): void {
    this.line({ jsonrpc: "2.0", method, params });
  }

  /** Send a request. @returns its ID */
  send(method: string, params?: Record<string, unknown>): number {
    const id = ++this.#id;
    this.line({ jsonrpc: "2.0", id, method, ...params === undefined ? {} : { params } });
    return id;
  }

  sendCall(name: string, args: Record<string, unknown> = {}): number {
    return this.send("tools/call", { name, arguments: args });
  }

  answer(id: string | number): Promise<Message> {
    return until(
      `the answer to ${id}`,
      () => this.heard.find((message) => message.id === id && !message.method),
    );
  }

  request(method: string, params?: Record<string, unknown>): Promise<Message> {
    return this.answer(this.send(method, params));
  }

  async call(name: string, args: Record<string, unknown> = {}) {
    const { result, error } = await this.answer(this.sendCall(name, args));
    return {
      isError: result?.isError === true || error !== undefined,
      text: result?.content?.[0]?.text ?? error?.message ?? "",
      data: result?.structuredContent,
    };
  }

  async open(): Promise<this> {
    const { capabilities = {}, protocolVersion = VERSION } = this.options;
    await this.request("initialize", {
      protocolVersion,
      capabilities,
      clientInfo: { name: "raw", version: "1" },
    });
    this.notify("notifications/initialized");
    return this;
  }

  async tools(): Promise<Record<string, unknown>[]> {
    return (await this.request("tools/list")).result?.["tools"] as Record<string, unknown>[];
  }

  /** The request that the server sends next. */
  asked(method: string): Promise<Message> {
    return until(method, () => {
      const at = this.heard.findIndex((message) => message.method === method);
      return at < 0 ? undefined : this.heard.splice(at, 1)[0];
    });
  }

  /** Close its input and wait for its end. @returns the exit status */
  async close(): Promise<number> {
    this.child.stdin.end();
    const status = await this.child.exited;
    await this.read;
    return status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGKILL");
    await this.child.exited;
  }
}

export const open = (options: RawOptions = {}): Promise<Raw> => new Raw(options).open();

/** A server with a project root, which is `files` below its base. */
export async function openWithFiles(options: RawOptions = {}): Promise<Raw & { readonly files: string }> {
  const base = scratch();
  const files = directory(base, "files");
  const raw = await open({ ...options, base, args: ["--root", files, ...options.args ?? []] });
  return Object.assign(raw, { files });
}

/** Whether a process is there and no zombie. */
export function isRunning(pid: string | number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}
