/** Versions as Semantic Versioning orders them (semver.org, 11), build metadata left aside. */

type Part = number | string;

function parts(version: string): { numbers: number[]; pre: Part[] } {
  const [core = "", ...rest] = version.replace(/\+.*$/, "").split("-");
  const pre = rest.join("-");
  const part = (text: string): Part => /^\d+$/.test(text) ? Number(text) : text;
  return { numbers: core.split(".").map(Number), pre: pre === "" ? [] : pre.split(".").map(part) };
}

/** @returns less than 0 where the first is older, more where it is newer */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [parts(one), parts(other)];
  for (let n = 0; n < 3; n++) {
    const difference = (a.numbers[n] ?? 0) - (b.numbers[n] ?? 0);
    if (difference !== 0) return difference;
  }
  if (a.pre.length === 0 || b.pre.length === 0) return b.pre.length - a.pre.length;
  for (let n = 0; n < Math.max(a.pre.length, b.pre.length); n++) {
    const difference = comparePart(a.pre[n], b.pre[n]);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Fewer parts are older, numbers older than words. */
function comparePart(one: Part | undefined, other: Part | undefined): number {
  if (one === undefined || other === undefined) {
    return (one === undefined ? 0 : 1) - (other === undefined ? 0 : 1);
  }
  if (typeof one === "number" && typeof other === "number") return one - other;
  if (typeof one !== typeof other) return typeof one === "number" ? -1 : 1;
  return one < other ? -1 : one > other ? 1 : 0;
}
