import { type Variable, VARIABLES, type Variables } from "./facts.ts";

/** The variables that are set; an empty one counts as not set, as every one of them means nothing when empty. */
export function pickVariables(value: (name: Variable) => string | undefined): Variables {
  const picked: Partial<Record<Variable, string>> = {};
  for (const name of VARIABLES) {
    const found = value(name);
    if (found !== undefined && found !== "") picked[name] = found;
  }
  return picked;
}
