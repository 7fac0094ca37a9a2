/** What a model is to do next, by its prompt: `DO: run COMMAND` calls the shell tool once, `DO: slow SECONDS` streams text. */
export interface Plan {
  readonly verb: string;
  readonly rest: string;
  /** Whether a tool has answered since the prompt. */
  readonly answered: boolean;
}

/** What was said to the model, in order: text of its user's, or the answer of a tool. */
export type Turn = string | { readonly result: true };
export const RESULT: Turn = { result: true };

/** What the last prompt wants, and whether a tool has answered since. */
export function planFor(turns: readonly Turn[]): Plan {
  let [found, answered]: [RegExpMatchArray | undefined, boolean] = [undefined, false];
  for (const turn of turns) {
    const prompt = typeof turn === "string" ? [...turn.matchAll(/DO: (\w+) ([^\n<]*)/g)].at(-1) : undefined;
    if (prompt !== undefined) [found, answered] = [prompt, false];
    else if (typeof turn !== "string") answered = true;
  }
  return { verb: found?.[1] ?? "say", rest: (found?.[2] ?? "hello").trim(), answered };
}

export interface Tool {
  readonly name: string;
  /** JSON schema of its arguments. */
  readonly parameters?: {
    readonly properties?: Record<string, { readonly type?: string }>;
    readonly required?: readonly string[];
  };
}

export interface Call {
  readonly name: string;
  readonly args: Record<string, unknown>;
}

const SHELLS = ["Bash", "bash", "exec_command", "run_shell_command"];

/** The call of the agent's shell that is due; undefined where text is. */
export function callFor({ verb, rest, answered }: Plan, tools: readonly Tool[]): Call | undefined {
  const tool = verb === "run" && !answered ? tools.find(({ name }) => SHELLS.includes(name)) : undefined;
  if (tool === undefined) return undefined;
  const { properties = {}, required = [] } = tool.parameters ?? {};
  const args: Record<string, unknown> = { ["cmd" in properties ? "cmd" : "command"]: rest };
  // Else Codex asks its person for nothing.
  if ("sandbox_permissions" in properties) args["sandbox_permissions"] = "require_escalated";
  for (const name of required) {
    args[name] ??= properties[name]?.type === "boolean" ? false : "as the test says";
  }
  return { name: tool.name, args };
}

/** The text that is due, in parts: one that streams comes in many. @param tools without any it is a side question */
export async function* textFor({ verb, rest }: Plan, tools: readonly Tool[]): AsyncGenerator<string> {
  for (let n = 0; verb === "slow" && tools.length > 0 && n < Number(rest) * 5; n += 1) {
    yield `tick ${n} `;
    await Bun.sleep(200);
  }
  yield "done";
}

/** Server-sent events as a response. */
export const streamed = (events: () => AsyncGenerator<string>): Response =>
  new Response(events as unknown as ReadableStream, { headers: { "content-type": "text/event-stream" } });
