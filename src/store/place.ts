/** What decides where the store is. */
export interface Surroundings {
  readonly system: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absolute, for a relative BERTH_HOME. */
  readonly workingDirectory: () => string;
  /** The home directory as the user database has it, empty when it has none. */
  readonly registeredHome: () => string;
}

const absolute = (path: string | undefined): path is string =>
  path !== undefined && (path.startsWith("/") || /^[A-Za-z]:[\\/]|^\\\\/.test(path));

/**
 * The store's directory for this user, null when nothing says where it could be: `$BERTH_HOME`, else the
 * platform's place for state that is not synced between machines (XDG Base Directory 0.8: `$XDG_STATE_HOME`, and
 * a relative value of it is to be ignored; Application Support; `%LOCALAPPDATA%`). An empty variable is not set.
 */
export function storePlace(around: Surroundings): string | null {
  const { system, environment } = around;
  const chosen = environment["BERTH_HOME"];
  if (chosen) return trimmed(absolute(chosen) ? chosen : `${around.workingDirectory()}/${chosen}`);
  if (system === "win32") return windowsPlace(environment);
  const state = environment["XDG_STATE_HOME"];
  if (system !== "darwin" && absolute(state)) return `${trimmed(state)}/berth`;
  const home = absolute(environment["HOME"]) ? environment["HOME"] : around.registeredHome();
  if (!absolute(home)) return null;
  const under = system === "darwin" ? "Library/Application Support" : ".local/state";
  return `${trimmed(home) === "/" ? "" : trimmed(home)}/${under}/berth`;
}

function windowsPlace(environment: Surroundings["environment"]): string | null {
  const { LOCALAPPDATA: local, USERPROFILE: profile } = environment;
  if (absolute(local)) return `${trimmed(local)}/berth`;
  return absolute(profile) ? `${trimmed(profile)}/AppData/Local/berth` : null;
}

/** Without a slash at its end. */
function trimmed(path: string): string {
  if (!path.endsWith("/") && !path.endsWith("\\")) return path;
  return path.length > 1 ? path.replace(/[\\/]+$/, "") || "/" : path;
}
