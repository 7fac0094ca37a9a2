/** What a session keeps. */
import type { Changing } from "../changing.ts";
import { auth, events, isUsedSince, label, messages, rpc, set, statusOf, used, values } from "../sights.ts";

export const VALUES: readonly Changing[] = [
  { name: "set, a new session", args: ["set", ...label, "a", "1"], see: values },
  { name: "set", args: ["set", ...label, "a", "2"], prepare: set("a", "1"), see: values },
  { name: "unset", args: ["unset", ...label, "a"], prepare: set("a", "1"), see: values },
  { name: "incr", args: ["incr", ...label, "a"], prepare: set("a", "1"), see: values },
  { name: "touch", args: ["touch", ...label], prepare: used, see: isUsedSince },
  {
    name: "lua",
    args: ["lua", "ex--work_00", "-e", "n = (n or 0) + 1"],
    prepare: (world) => {
      set("a", "1")(world);
      world.must("lua", "ex--work_00", "-e", "n = 1");
    },
    see: (world) => [values(world), world.call("lua", "ex--work_00", "-e", "n").out],
  },
  {
    name: "hold",
    same: true,
    args: ["hold", ...label, "--", "true"],
    prepare: set("a", "1"),
    see: values,
  },
  { name: "status", args: ["status", "auth", "waiting", "--no-hooks"], prepare: auth, see: statusOf },
  {
    name: "agent hook, an event",
    same: true,
    args: ["agent", "hook", "claude"],
    input: `{"session_id":"c1","hook_event_name":"Stop","cwd":"/"}`,
    prepare: set("a", "1"),
    // An agent is never held up by it, so what cannot be kept is let go: with it or without.
    see: (world) => events(world).filter((type) => type === "agent.event").length <= 1,
  },
  {
    name: "lock",
    elsewhere: true,
    args: ["lock", "nightly", "--", "sh", "-c", 'echo once >>"$HOME/ran"'],
    // Whoever held it and died holds it no more.
    see: (world) => [world.text("home", "ran"), world.call("lock", "nightly", "--", "true").status],
  },
  {
    name: "mcp, a value",
    args: ["mcp", "--session", "ex--work_00"],
    input: rpc("state_set", { key: "a", value: "2" }),
    said: ({ out }) => /"id":2[,}]/.test(out) && !/"isError":true|"error"/.test(out),
    prepare: set("a", "1"),
    see: values,
  },
  { name: "heartbeat", args: ["heartbeat", "auth", "--message"], prepare: auth, see: messages },
];
