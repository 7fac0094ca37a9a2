/** What `npm run packages` is told, since nobody may make it up. */
import { parseArgs } from "node:util";
import { isTarget, type Target, TARGETS } from "../targets.ts";
import type { Maintainer } from "./source.ts";

export interface Options {
  readonly homepage: string;
  readonly downloads: string;
  readonly maintainer: Maintainer;
  readonly targets: readonly Target[];
}

export const USAGE =
  `Usage: npm run packages -- --homepage URL --downloads URL --maintainer "NAME <ADDRESS>" [TARGET...]

  --homepage URL      where people read about berth
  --downloads URL     below which the archives of dist/release are served, with \${version} where that stands in it
  --maintainer TEXT   who answers for the packages
`;

/** @throws Error that names everything that is missing */
export function parseOptions(argv: readonly string[], version: string): Options {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      homepage: { type: "string" },
      downloads: { type: "string" },
      maintainer: { type: "string" },
    },
  });
  const { homepage = "", downloads = "", maintainer = "" } = values;
  const missing = Object.entries({ homepage, downloads, maintainer })
    .filter(([, value]) => value === "").map(([name]) => `--${name}`);
  if (missing.length > 0) throw new Error(`Missing: ${missing.join(" ")}`);
  const unknown = positionals.find((name) => !isTarget(name));
  if (unknown !== undefined) throw new Error(`Unknown target ${JSON.stringify(unknown)}`);
  return {
    homepage: url("--homepage", homepage),
    downloads: url("--downloads", downloads.replaceAll("${version}", version)).replace(/\/$/, ""),
    maintainer: person(maintainer),
    targets: positionals.length > 0 ? positionals.filter(isTarget) : Object.keys(TARGETS).filter(isTarget),
  };
}

/** Without what would end a quotation in any of the formats that it goes into. */
function url(name: string, value: string): string {
  if (!URL.canParse(value) || !/^https?:\/\/[^\s"'`$\\<>{}]+$/.test(value)) {
    throw new Error(`${name} is no URL: ${JSON.stringify(value)}`);
  }
  return value;
}

function person(value: string): Maintainer {
  const [, name, address] = /^([^<>"'`$\\\n]+?) <([^<>\s"'`$\\]+@[^<>\s"'`$\\]+)>$/.exec(value) ?? [];
  if (name === undefined || address === undefined) {
    throw new Error(`--maintainer is not of the form NAME <ADDRESS>: ${JSON.stringify(value)}`);
  }
  return { name, address };
}
