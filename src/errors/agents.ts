import { Exit, kind } from "./kind.ts";
import { quote } from "./quote.ts";

/** Failures of `berth agent`. */
export const agentsErrors = () => ({
  unknown_agent_action: kind(
    Exit.usage,
    (d: { given: string; known: readonly string[] }) =>
      `Unknown action ${quote(d.given)} for "berth agent", one of ${d.known.join(", ")} wanted`,
    () => `Type "berth help agent"`,
    { given: "instal", known: ["hook", "install", "uninstall", "status"] },
  ),
});
