import { coloursOf } from "../../say/colours.ts";
import { type Command, flag, outJson } from "../../command.ts";

export const doctor: Command = {
  usage: "doctor",
  about: "Say what this machine can and cannot tell, and what is amiss in the store",
  options: [
    {
      flag: "--fix",
      about: "Put right what can be: damaged records, leftovers, sessions half made or half destroyed",
    },
  ],
  examples: ["berth doctor", "berth doctor --fix"],
  async run(context, input) {
    const { launcherFindings } = await import("./launcher.ts");
    const { machineFindings } = await import("./machine.ts");
    const { limitFindings } = await import("./limits.ts");
    const { storeFindings } = await import("./store.ts");
    const { sessionFindings } = await import("./sessions.ts");
    const findings = [
      ...machineFindings(context),
      ...launcherFindings(context.host.variables["BERTH_LAUNCHER"]),
      ...await limitFindings(context),
      ...await storeFindings(context, input, flag(input, "fix")),
      ...await sessionFindings(context, input, flag(input, "fix")),
    ];
    const ok = findings.every(({ broken, fixed }) => !broken || fixed);
    if (context.json) {
      outJson(context, {
        ok,
        findings: findings.map(({ code, message, hint, fixed }) => ({ code, message, hint, fixed })),
      });
    } else {
      const { good, notice, bad } = coloursOf(context.host);
      context.out(
        findings.length === 0
          ? "Nothing is wrong: every fact that berth needs can be read here, and the store is whole\n"
          : "",
      );
      for (const { message, hint, broken, fixed } of findings) {
        context.out(
          `${fixed ? good("fixed") : broken ? bad("broken") : notice("note")}: ${message}\n  hint: ${hint}\n`,
        );
      }
    }
    return ok ? 0 : 1;
  },
};
