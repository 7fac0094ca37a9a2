import type { Around, Installation } from "./installation.ts";

/** Below a directory that a variable may name, else below one of the home directory; of a project, below its own. */
export const below = (
  { variable, directory, file, project }: {
    readonly variable?: string;
    readonly directory: string;
    readonly file: string;
    /** The directory of a project that holds the same file; without one a project has none. */
    readonly project?: string;
  },
): Installation["file"] =>
({ variables, home, project: root }: Around) => {
  if (root !== null) return project === undefined ? null : `${root}/${project}/${file}`;
  const chosen = variable === undefined ? undefined : variables[variable];
  return `${chosen || `${home}/${directory}`}/${file}`;
};

/** Below the user's configuration directory (XDG Base Directory 0.8). */
export const inConfig =
  (directory: string, file: string, project: string): Installation["file"] =>
  ({ variables, home, project: root }: Around) => {
    if (root !== null) return `${root}/${project}/${file}`;
    const chosen = variables["XDG_CONFIG_HOME"];
    return `${chosen?.startsWith("/") ? chosen : `${home}/.config`}/${directory}/${file}`;
  };
