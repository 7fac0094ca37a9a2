/** Files of worktrees and of agents. */
import type { Changing } from "../changing.ts";
import { auth, claude, sessions, SETTINGS, settings } from "../sights.ts";

export const FILES: readonly Changing[] = [
  {
    name: "fs write",
    elsewhere: true,
    args: ["fs", "write", "auth", "file.txt"],
    input: "another\n",
    prepare: auth,
    see: (world) => world.must("fs", "read", "auth", "file.txt"),
  },
  {
    name: "fs write, a new file",
    elsewhere: true,
    args: ["fs", "write", "auth", "deep/er/new.txt"],
    input: "new\n",
    prepare: auth,
    see: (world) => world.call("fs", "read", "auth", "deep/er/new.txt").out,
  },
  {
    name: "fs delete",
    elsewhere: true,
    args: ["fs", "delete", "auth", "file.txt"],
    prepare: auth,
    see: (world) => world.call("fs", "read", "auth", "file.txt").out,
  },
  {
    name: "agent install",
    elsewhere: true,
    args: ["agent", "install", "claude"],
    prepare: claude,
    see: (world) => settings(world).replaceAll(world.berth, "berth"),
  },
  {
    name: "agent uninstall",
    elsewhere: true,
    args: ["agent", "uninstall", "claude"],
    prepare: (world) => {
      claude(world);
      world.must("agent", "install", "claude");
    },
    see: settings,
    // The settings are back, and the note of what they were before is still there.
    between: () => SETTINGS,
  },
  {
    name: "fs mkdir",
    elsewhere: true,
    args: ["fs", "mkdir", "auth", "deep/er"],
    prepare: auth,
    see: (world) => world.call("fs", "stat", "auth", "deep/er").status,
  },
  {
    name: "agent worktree-create",
    args: ["agent", "worktree-create"],
    input: (world) => JSON.stringify({ hook_event_name: "WorktreeCreate", name: "auth", cwd: world.root }),
    git: true,
    see: sessions,
  },
  {
    name: "agent worktree-remove",
    args: ["agent", "worktree-remove"],
    input: (world) =>
      JSON.stringify({
        hook_event_name: "WorktreeRemove",
        worktree_path: world.must("path", "--worktree", "auth").trim(),
      }),
    prepare: auth,
    git: true,
    see: sessions,
  },
];
