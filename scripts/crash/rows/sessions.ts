/** Named sessions, with branch, worktree and command. */
import type { Changing } from "../changing.ts";
import {
  auth,
  begun,
  committed,
  dirty,
  finished,
  hooksRun,
  inScreen,
  inTmux,
  lookedAt,
  lost,
  runOf,
  runs,
  sessions,
  stateOf,
  trusted,
  working,
} from "../sights.ts";

export const SESSIONS: readonly Changing[] = [
  { name: "new", args: ["new", "auth"], git: true, see: sessions },
  {
    name: "run",
    args: ["run", "auth", "--", "true"],
    prepare: auth,
    git: true,
    see: (world) => [sessions(world), stateOf(world)],
  },
  { name: "destroy", args: ["destroy", "auth", "--cleanup"], prepare: auth, git: true, see: sessions },
  {
    name: "destroy with the branch",
    args: ["destroy", "auth", "--cleanup", "--delete-branch"],
    prepare: auth,
    git: true,
    see: sessions,
  },
  {
    name: "destroy of work",
    args: ["destroy", "auth", "--cleanup", "--force"],
    prepare: dirty,
    git: true,
    see: sessions,
  },
  {
    name: "finish",
    args: ["finish", "auth"],
    mergesInto: "feature/auth",
    prepare: committed,
    git: true,
    see: finished,
    // Merged, and the rest is still there: nothing is lost, and the next `finish` tidies up.
    between: () => ({
      named: [["auth", true]],
      branches: "refs/heads/feature/auth\nrefs/heads/main\n",
      worktrees: 2,
      directories: 1,
      main: "mine\n",
    }),
  },
  {
    name: "prune of a finished session",
    args: ["prune", "--yes"],
    prepare: (world) => {
      committed(world);
      world.must("finish", "auth", "--keep");
    },
    git: true,
    see: finished,
  },
  {
    name: "rename with the branch",
    args: ["rename", "auth", "login", "--branch"],
    prepare: committed,
    git: true,
    see: finished,
  },
  {
    name: "finish by squash",
    args: ["finish", "auth", "--squash", "-m", "all of it"],
    mergesInto: "feature/auth",
    prepare: committed,
    git: true,
    see: finished,
    between: (world) => ({ ...finished(world), main: "mine\n" }),
  },
  {
    name: "undo of a removal",
    args: ["restore", "auth", "--worktree"],
    prepare: (world) => {
      dirty(world);
      world.must("destroy", "auth", "--cleanup", "--force");
    },
    git: true,
    see: (world) => [
      sessions(world).named,
      world.git("for-each-ref", "--format=%(refname)", "refs/heads"),
      world.call("fs", "read", "auth", "file.txt").out,
    ],
    // What failed once the session was back: it is there without its worktree, and the same command goes on.
    between: (world) => {
      world.call("restore", "auth", "--worktree");
      return [[["auth", true]], "refs/heads/feature/auth\nrefs/heads/main\n", "work\n"];
    },
  },
  { name: "stop", elsewhere: true, args: ["stop", "auth"], prepare: auth, begin: working, see: runOf },
  {
    name: "resume",
    args: ["resume", "auth"],
    prepare: (world) => {
      auth(world);
      world.must("run", "auth", "--", "true");
    },
    git: true,
    see: (world) => [sessions(world), runs(world)],
  },
  {
    name: "run in the background",
    elsewhere: true,
    args: ["run", "auth", "-d", "--", "sleep", "20"],
    prepare: (world) => {
      auth(world);
      inTmux(world);
    },
    // Whoever was asked may begin a moment later.
    see: begun,
  },
  { name: "wait for a run that was lost", args: ["wait", "auth"], prepare: auth, begin: lost, see: runOf },
  {
    name: "jump",
    args: ["jump", "auth"],
    prepare: auth,
    begin: inScreen,
    see: lookedAt,
    // Gone there, and said that it was not noted.
    between: () => 0,
  },
  { name: "hook run", args: ["hook", "run", "auth", "post-create"], prepare: trusted, see: hooksRun },
];
