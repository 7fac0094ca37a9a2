/** What belongs below a prefix's `share`: manual pages, and the completions where each shell looks for them. */
import type { Member } from "../archive.ts";
import { SHELLS } from "../../src/hooks/shells.ts";
import { manPages } from "./man.ts";
import { text } from "./source.ts";

/** PowerShell looks for completions nowhere: a profile dot-sources that file. */
const COMPLETIONS = {
  bash: "share/bash-completion/completions/berth",
  zsh: "share/zsh/site-functions/_berth",
  fish: "share/fish/vendor_completions.d/berth.fish",
  nu: "share/nushell/vendor/autoload/berth.nu",
  pwsh: "share/berth/completions/berth.ps1",
} as const;

/** @param epoch seconds since 1970, the day of the pages */
export async function share(epoch: number): Promise<Member[]> {
  const pages = (await manPages({ epoch })).map(({ name, section, bytes }) => ({
    name: `share/man/man${section}/${name}`,
    bytes,
    executable: false,
  }));
  const completions = await Promise.all(
    Object.entries(SHELLS).map(async ([shell, load]) => ({
      name: COMPLETIONS[shell as keyof typeof SHELLS],
      bytes: text((await load()).completions({ command: "berth", program: "" })),
      executable: false,
    })),
  );
  return [...pages, ...completions];
}
