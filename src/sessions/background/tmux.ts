import { fail } from "../../errors/errors.ts";
import { programs } from "../git/programs.ts";

/** A server that hangs must keep nobody waiting for ever. */
const LIMIT_MS = 5000;
const MAX_BYTES = 16 << 20;

export interface TmuxAnswer {
  /** Exit status; null where it was ended, or hung. */
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Run the tmux client. */
export type Tmux = (args: readonly string[], prefix?: readonly string[]) => Promise<TmuxAnswer>;

/**
 * @param environment for the client; a server that it starts keeps it
 * @throws `no_tmux` from a call, when there is no tmux
 */
export function tmuxBy(environment: Readonly<Record<string, string>>): Tmux {
  return async (args, prefix = []) => {
    const { spawnSync } = await programs();
    const [program = "tmux", ...rest] = [...prefix, "tmux", ...args];
    const done = spawnSync(program, rest, {
      env: environment,
      cwd: "/",
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      timeout: LIMIT_MS,
      killSignal: "SIGKILL",
      maxBuffer: MAX_BYTES,
    });
    if ((done.error as NodeJS.ErrnoException | undefined)?.code === "ENOENT") {
      throw fail("no_tmux", {}, done.error);
    }
    return { status: done.status, out: done.stdout ?? "", err: (done.stderr ?? "").trim() };
  };
}

/** What tmux said, in one line. */
export const whyTmux = ({ status, err }: TmuxAnswer): string =>
  err.split("\n").at(-1) ||
  (status === null ? "the tmux server does not answer" : `tmux ended with status ${status}`);

/**
 * What a tmux server may know of our environment. Everything in it can be read by `show-environment`, and goes into every
 * window that is opened there later; what the command is to have goes by a file.
 */
const KEPT =
  /^(HOME|PATH|SHELL|USER|LOGNAME|LANG|LC_[A-Z]+|TZ|TERM|TMUX_TMPDIR|TMPDIR|DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|SSH_AUTH_SOCK|DBUS_SESSION_BUS_ADDRESS|XDG_[A-Z_]+)$/;

/** @param more variables beside them, such as `TMUX` for the server that is meant */
export const tmuxEnvironment = (
  environment: Readonly<Record<string, string | undefined>>,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> => {
  const kept = Object.entries(environment).filter((entry): entry is [string, string] =>
    entry[1] !== undefined && KEPT.test(entry[0])
  );
  return { ...Object.fromEntries(kept), ...more };
};
