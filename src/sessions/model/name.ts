import { fail } from "../../errors/errors.ts";

const NAME = /^[A-Za-z0-9-]{1,50}$/;

/** @throws `bad_name` */
export function checkName(name: string): void {
  if (!NAME.test(name)) throw fail("bad_name", { name });
}

/** @param prefix as `branch.prefix` of the configuration says */
export const branchOf = (name: string, prefix = "feature/"): string => prefix + name;

/** The name that a branch of ours was made for; null for any other branch. */
export function nameOfBranch(branch: string, prefix = "feature/"): string | null {
  const name = branch.startsWith(prefix) ? branch.slice(prefix.length) : "";
  return NAME.test(name) ? name : null;
}

/** `2026-03-01`, in UTC as every time that is kept. */
export const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

const prefix = (day: string): string => `feature-${day}-`;

/** The highest number of the day in names that were made up, or look as if; 0 where there is none. */
export function highestNumber(day: string, names: Iterable<string>): number {
  let highest = 0;
  for (const name of names) {
    const digits = name.startsWith(prefix(day)) ? name.slice(prefix(day).length) : "";
    if (/^\d{3,9}$/.test(digits)) highest = Math.max(highest, Number(digits));
  }
  return highest;
}

/** `feature-2026-03-01-007`. */
export const madeUpName = (day: string, n: number): string => `${prefix(day)}${String(n).padStart(3, "0")}`;
