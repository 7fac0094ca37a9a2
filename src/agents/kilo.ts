import type { Agent } from "./agent.ts";
import { PROGRAMS } from "./programs.ts";
import { inConfig } from "./install/paths.ts";
import { pluginFile } from "./install/plugin-file.ts";
import { opencodePoint } from "./opencode.ts";

/** Kilo's CLI is made from OpenCode, and has its plugins and events. */
export const kilo: Agent = {
  name: "kilo",
  title: "Kilo",
  programs: PROGRAMS.kilo,
  normalise: opencodePoint,
  installation: pluginFile("kilo", inConfig("kilo", "plugin/berth.js", ".kilo")),
  cannotSee: ["It tells nothing of its end: its process does"],
};
