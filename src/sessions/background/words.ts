/**
 * A name for a window or a session of tmux: in names it expands formats (`#(…)` starts a program), and takes `.` and `:`
 * for the ends of a target's parts (tmux(1)).
 */
export const tmuxName = (text: string): string => text.replace(/[^A-Za-z0-9_-]/g, "_");

/** A path as tmux takes it where it expands formats: every `#` twice stands for one. */
export const tmuxPath = (path: string): string => path.replaceAll("#", "##");

/** A word of a program's command line: a `;` at its end would end tmux's own command. */
export const tmuxWord = (word: string): string => word.replace(/;$/, "\\;");

/** The name of the tmux session of a run in the background. @param root the project's root */
export function tmuxSession(root: string, name: string): string {
  const project = root.split(/[\\/]/).filter((part) => part !== "").at(-1) ?? "root";
  return tmuxName(`berth-${project}-${name}`);
}
