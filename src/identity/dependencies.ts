import { formatLabel } from "./label.ts";
import type { ResolverDependencies } from "./resolution.ts";

/** What the decision needs besides facts, from the real world. */
export function deps({ sha256 }: Pick<ResolverDependencies, "sha256">): ResolverDependencies {
  return { sha256, randomUuid: () => crypto.randomUUID(), spell: (label) => formatLabel(label, sha256) };
}
