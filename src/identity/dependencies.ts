import { formatLabel } from "./label.ts";
import type { Means } from "./resolution.ts";

/** What the decision needs besides facts, from the real world. */
export function means({ sha256 }: Pick<Means, "sha256">): Means {
  return { sha256, randomUuid: () => crypto.randomUUID(), spell: (label) => formatLabel(label, sha256) };
}
