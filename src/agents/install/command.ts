/** Text as one word of a POSIX shell. */
export const shellQuote = (text: string): string =>
  /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * What an agent is to call. A directory that is deleted would end the program's runtime before our code, so the shell
 * leaves it first; the payload tells where the agent is. On Windows it is the program itself.
 *
 * @param binary absolute path of berth
 * @param words what follows `berth agent hook`
 */
export function hookCommand(binary: string, words: readonly string[], windows: boolean): string {
  if (windows) return [`"${binary}"`, "agent", "hook", ...words].join(" ");
  const call = [binary, "agent", "hook", ...words].map(shellQuote).join(" ");
  return `sh -c ${shellQuote(`cd / 2>/dev/null; exec ${call}`)}`;
}

/** Whether a command is one that we have put there, whatever the path of berth was then. */
export const isHookCommand = (command: unknown, agent: string): boolean =>
  typeof command === "string" &&
  (new RegExp(`^sh -c 'cd / 2>/dev/null; exec .* agent hook ${agent}( \\w+)?'$`, "s").test(command) ||
    new RegExp(`^"[^"]*" agent hook ${agent}( \\w+)?$`).test(command));
