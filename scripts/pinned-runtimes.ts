/**
 * The runtimes that a release is made with. Most of every binary is Bun's runtime, which Bun fetches for foreign
 * targets and keeps in a cache outside of this repository without looking at it again. So a release checks it.
 *
 * After a new Bun: `npm pack @oven/bun-<system>-<cpu>@<version>` for each, compare the package with the integrity
 * in package-lock.json, and put the SHA-256 of its `bin/bun` (`bin/bun.exe`) here.
 */
import { readFileSync } from "node:fs";
import { sha256 } from "./archive.ts";
import { runtimePath } from "./runtime.ts";
import type { Target } from "./targets.ts";

export const PINNED: { readonly bun: string; readonly sha256: Readonly<Record<Target, string>> } = {
  bun: "1.4.5",
  sha256: {
    "linux-x64": "f05d28a3862f4b84395c7fa32480b835dd47482e80b7e7a49a115227f0c06083",
    "linux-arm64": "04778f1f42399a69d086853e9c7af4acf574b2f21a43d0dc673853d8b84a2923",
    "linux-x64-musl": "cf5d285ddbe256785a5121a3c113191a6b577504976374c7cfd5aedca609b720",
    "linux-arm64-musl": "9c48986093073afec8b76a3e285303598dd2462f52748aecb65e4d94866e1ea3",
    "darwin-x64": "88f97645b270aef20f9f9442f1658461cab3e7128e658af4615144e3396f084a",
    "darwin-arm64": "e2984124f1514e1e6bbda20adedbf07a02c443c6a5828853a15c7c7abf78e19f",
    "windows-x64": "e06ad0864463c68892ae71a2a64af7eae1585cac5dd9b80bc042f45605587cb1",
    "windows-arm64": "8bd7f9210f9d58cc21f398d1478e53b2ff919a0c8fc935b5086f3f64667cec6d",
  },
};

/**
 * Make sure that a target's runtime is the one that was looked at.
 *
 * @param path the runtime's file, when it is not where Bun keeps it
 * @throws Error where it is another
 */
export function checkRuntime(target: Target, path = runtimePath(target)): void {
  const found = sha256(readFileSync(path));
  if (found === PINNED.sha256[target]) return;
  throw new Error(
    `The runtime for ${target} is not that of Bun ${PINNED.bun}: ${
      JSON.stringify(path)
    } has SHA-256 ${found}`,
  );
}
