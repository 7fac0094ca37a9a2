import { existsSync, statSync } from "node:fs";
import process from "node:process";

type Environment = Readonly<Record<string, string | undefined>>;

/** The tmux server that a run is opened in. */
export type Server =
  /** The one that our terminal is in: a new window beside it. */
  | { readonly kind: "current"; readonly socket: string }
  /** The user's default one: a session of its own. */
  | { readonly kind: "default" };

/**
 * @param inside whether our terminal was found to be a pane of the server that `TMUX` names
 * @param owner the user that owns a socket, null where that cannot be told
 * @param uid our effective user; undefined where there are none
 */
export function chosenServer(
  environment: Environment,
  inside: boolean,
  owner: (socket: string) => number | null,
  uid: number | undefined,
): Server {
  const socket = /^(\/.+),\d+,\d+$/.exec(environment["TMUX"] ?? "")?.[1];
  // Under sudo it is another user's, and what it starts would run as that user.
  const ours = socket !== undefined && (uid === undefined || owner(socket) === uid);
  return inside && ours ? { kind: "current", socket } : { kind: "default" };
}

export function ownerOf(path: string): number | null {
  try {
    return statSync(path).uid;
  } catch {
    return null;
  }
}

/** What decides how a server is started that is to outlive the login. */
export interface Login {
  readonly isLinux: boolean;
  /** systemd is the init of this machine (sd_booted(3)). */
  readonly systemd: boolean;
  /** The user's own systemd answers there. */
  readonly userSystemd: boolean;
  readonly ssh: boolean;
}

export function loginOf(environment: Environment): Login {
  const runtime = environment["XDG_RUNTIME_DIR"] ?? "";
  return {
    isLinux: process.platform === "linux",
    systemd: existsSync("/run/systemd/system"),
    userSystemd: runtime !== "" && existsSync(`${runtime}/systemd/private`),
    ssh: (environment["SSH_CONNECTION"] ?? "") !== "",
  };
}

/**
 * logind may end what a login leaves (logind.conf(5), KillUserProcesses); a scope of the user's own systemd is no part of
 * the login.
 */
export const scopePrefix = ({ isLinux, systemd, userSystemd }: Login): readonly string[] =>
  isLinux && systemd && userSystemd ? ["systemd-run", "--user", "--scope", "--quiet", "--collect", "--"] : [];

/**
 * Whether the machine may end the server together with the login, for all that we can do about it.
 *
 * @param inScope whether the server is in a scope of its own
 */
export const mayEndWithLogin = ({ ssh, isLinux, systemd }: Login, inScope: boolean): boolean =>
  ssh && isLinux && systemd && !inScope;
