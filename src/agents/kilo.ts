import type { Agent } from "./agent.ts";
import { opencodePoint } from "./opencode.ts";

/** Kilo's CLI is made from OpenCode, and has its plugins and events. */
export const kilo: Agent = {
  name: "kilo",
  title: "Kilo",
  programs: ["kilo", "@kilocode/cli"],
  normalise: opencodePoint,
  installation: { kind: "none" },
  cannotSee: ["It tells nothing of its end: its process does"],
};
