import { Exit, kind } from "./kind.ts";
import { nearest, quote } from "./quote.ts";

/** Failures of the shell hooks. */
export const hooksErrors = () => ({
  unknown_shell: kind(
    Exit.usage,
    (d: { given: string; near?: string | undefined }) => `No hook for shell ${quote(d.given)}`,
    (d) => nearest(d.near, `Type one of bash, zsh, fish, pwsh and nu`),
    { given: "zhs", near: "zsh" },
  ),
  no_hook: kind(
    Exit.failed,
    (d: { command: string }) =>
      `Cannot ${d.command}: this shell has not loaded the hook, and only a shell can change itself`,
    (d) =>
      `Load the hook (see "berth help init") and type "berth ${d.command}" with nothing before "${d.command}"`,
    { command: "use" },
  ),
  session_given: kind(
    Exit.refused,
    (d: { label: string }) =>
      `Cannot use another session: BERTH_SESSION is set to ${quote(d.label)} and counts before it`,
    () => `Unset BERTH_SESSION first`,
    { label: "my-session" },
  ),
} as const);
