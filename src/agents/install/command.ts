/** Text as one word of a POSIX shell. */
export const shellQuote = (text: string): string =>
  /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * What an agent is to call. A directory that is deleted would end the program's runtime before our code, so the shell
 * leaves it first; the payload tells where the agent is. On Windows it is the program itself.
 *
 * @param binary absolute path of berth
 * @param words what follows `berth agent`
 */
export function agentCommand(binary: string, words: readonly string[], windows: boolean): string {
  if (windows) return [`"${binary}"`, "agent", ...words].join(" ");
  const call = [binary, "agent", ...words].map(shellQuote).join(" ");
  return `sh -c ${shellQuote(`cd / 2>/dev/null; exec ${call}`)}`;
}

/** Leaves the directory, and becomes what it is given. */
const LEAVE = `cd / 2>/dev/null; exec "$0" "$@"`;

/** The same as a program and its arguments, for an agent that starts it without a shell. */
export const agentCall = (
  binary: string,
  words: readonly string[],
  windows: boolean,
): readonly [string, ...string[]] =>
  windows ? [binary, "agent", ...words] : ["sh", "-c", LEAVE, binary, "agent", ...words];

/** A call of ours as the command that it is another form of; undefined for what is none. */
export function commandOf(call: readonly unknown[]): string | undefined {
  if (!call.every((word) => typeof word === "string")) return undefined;
  const [program = "", ...rest] = call;
  if (rest[0] === "agent") return agentCommand(program, rest.slice(1), true);
  const [flag, script, binary = "", agent, ...words] = rest;
  return program === "sh" && flag === "-c" && script === LEAVE && agent === "agent"
    ? agentCommand(binary, words, false)
    : undefined;
}

/** What an agent is to call at its events. @param words what follows `berth agent hook` */
export const hookCommand = (binary: string, words: readonly string[], windows: boolean): string =>
  agentCommand(binary, ["hook", ...words], windows);

/** Whether a command is one that we have put there, whatever the path of berth was then. */
export const isHookCommand = (command: unknown, agent: string): boolean =>
  isAgentCommand(command, `hook ${agent}( \\w+)?`);

/** The same, of what asks for worktrees. */
export const isWorktreeCommand = (command: unknown): boolean =>
  isAgentCommand(command, "worktree-(create|remove)");

const isAgentCommand = (command: unknown, words: string): boolean =>
  typeof command === "string" &&
  (new RegExp(`^sh -c 'cd / 2>/dev/null; exec .* agent ${words}'$`, "s").test(command) ||
    new RegExp(`^"[^"]*" agent ${words}$`).test(command));

/** Whether our hooks for worktrees stand in a configuration. */
export const asksForWorktrees = (text: string): boolean =>
  /"worktree-create"| 2>\/dev\/null; exec [^\n]* agent worktree-create'|" agent worktree-create"/.test(
    text.replaceAll("\\", ""),
  );
