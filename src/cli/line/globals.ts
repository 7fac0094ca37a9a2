import { SCOPES } from "../../identity/resolution.ts";
import type { Option } from "../command.ts";

/** The options that every command takes. */
export const GLOBAL_OPTIONS: readonly Option[] = [
  { flag: "--session-id <label>", about: "Mean this session: a label or an ID" },
  {
    flag: "--scope <scope>",
    about: "How much of a multiplexer is one session: pane, window or session",
    oneOf: SCOPES,
    wanted: "pane, window or session",
  },
  { flag: "--json", about: "Print one JSON object; errors too" },
  {
    flag: "--log-format <format>",
    about: "Print words as text, or as json: an object a line",
    oneOf: ["text", "json"],
    wanted: "text or json",
  },
  { flag: "-q, --quiet", about: "Print no words beside the data" },
  { flag: "-h, --help", about: "Show help" },
  { flag: "-V, --version", about: "Print version, commit and target" },
];
