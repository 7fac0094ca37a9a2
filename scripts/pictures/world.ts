/** Two projects, sessions that make, run and tell what sessions do: by berth and git themselves, only not by real agents. */
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { until } from "../../test/support/until.ts";

const GITCONFIG = "[user]\n\temail = berth@example.invalid\n\tname = berth\n[init]\n\tdefaultBranch = main\n";

/** How long what is waited for may take on a machine that has much to do, in ms. */
export const PATIENCE_MS = 120_000;

/** `$LIB` is the loader's (ld.so(8)): the folder of this machine's libraries. */
const FAKETIME = "/usr/$LIB/faketime/libfaketime.so.1";

/** What every program's clock starts at. (One that stands still would let the runtime wait for ever.) */
export const clock = (time: string): Record<string, string> => ({
  LD_PRELOAD: FAKETIME,
  FAKETIME: `@${time}`,
  FAKETIME_DONT_FAKE_MONOTONIC: "1",
  NO_FAKE_STAT: "1",
});

export const environment = (directory: string): Record<string, string> => ({
  PATH: `${directory}/bin:${process.env["PATH"] ?? "/usr/bin:/bin"}`,
  HOME: "/srv/home",
  LANG: "C.UTF-8",
  TZ: "UTC",
  TERM: "xterm-256color",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_PAGER: "cat",
});

/** An agent for berth: a program of that name which tells by its hooks what its turn came to, and stays. */
const AGENT = `set -e -o pipefail
tell() {
  printf '{"hook_event_name":"%s","session_id":"%s","cwd":"%s","tool_name":"Bash"}' "$1" "$session" "$PWD" |
    FAKETIME="@2026-03-02 $2" berth agent hook claude > /dev/null
}
session=$1
shift
for step in "$@"; do tell "$(echo "$step" | cut -c10-)" "$(echo "$step" | cut -c1-8)"; done
: > "/srv/told-$session"
read -r _ < /srv/never
`;

/** What each of them told, and when. */
const AGENTS: Readonly<Record<string, readonly string[]>> = {
  auth: ["09:50:00 SessionStart", "09:51:00 UserPromptSubmit", "09:56:00 PermissionRequest"],
  mail: ["09:40:00 SessionStart", "09:41:00 UserPromptSubmit", "09:48:00 PermissionRequest"],
  cart: ["09:30:00 SessionStart", "09:31:00 UserPromptSubmit", "09:39:00 Stop"],
  search: ["09:57:00 SessionStart", "09:58:00 UserPromptSubmit"],
};

/** @param directory with a folder for programs, in which berth is */
export async function makeWorld(directory: string): Promise<void> {
  const at = (time: string) => ({ ...environment(directory), ...clock(`2026-03-02 ${time}`) });
  const run = (cwd: string, time: string, ...command: string[]): void => {
    const { success, stderr } = Bun.spawnSync(command, { cwd, env: at(time), stdin: "ignore" });
    if (!success) throw new Error(`${command.join(" ")} failed: ${stderr}`);
  };
  const shell = (cwd: string, time: string, script: string) => run(cwd, time, "sh", "-ec", script);
  mkdirSync("/srv/home");
  writeFileSync("/srv/home/.gitconfig", GITCONFIG);
  writeFileSync(`${directory}/agent`, AGENT);
  symlinkSync(Bun.which("bash") ?? "/bin/bash", `${directory}/bin/claude`);
  shell("/srv", "09:00:00", "mkfifo never; git init -q shop; git init -q site");
  for (const project of ["shop", "site"]) {
    writeFileSync(`/srv/${project}/build.sh`, "berth explain\n");
    writeFileSync(`/srv/${project}/check.sh`, "exit 1\n");
    shell(`/srv/${project}`, "09:00:00", "git add .; git commit -qm 'A start'");
  }
  run("/srv/shop", "09:00:00", "berth", "config", "limits.sessions", "8");
  for (const name of ["auth", "mail", "cart", "search", "docs"]) {
    run("/srv/shop", "09:05:00", "berth", "new", name);
  }
  for (const [name, steps] of Object.entries(AGENTS)) {
    const command = ["berth", "run", name, "--", "claude", `${directory}/agent`, name, ...steps];
    Bun.spawn(command, {
      cwd: "/srv/shop",
      env: at(steps[0]?.slice(0, 8) ?? ""),
      stdio: ["ignore", "ignore", 2],
    });
    await until(`what ${name}'s agent told`, () => existsSync(`/srv/told-${name}`) || undefined, PATIENCE_MS);
  }
  const inside = (name: string, script: string) =>
    shell("/srv/shop", "09:57:00", `cd "$(berth path --worktree ${name})"; ${script}`);
  inside("auth", "echo 1 > login.ts; echo 2 >> build.sh");
  inside("mail", "echo 1 > send.ts");
  inside("search", "echo 1 > index.ts; git add .; git commit -qm 'search: an index'");
  shell("/srv/shop", "09:51:00", "berth run docs -- sh check.sh || true");
}
