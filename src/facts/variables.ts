import { type Variable, VARIABLES, type Variables } from "./facts.ts";

/** Of an environment that has none of them: one and the same, so that it is known by what it is. */
export const NO_VARIABLES: Variables = {};

/** The variables that are set; an empty one counts as not set, as every one of them means nothing when empty. */
export function pickVariables(value: (name: Variable) => string | undefined): Variables {
  let picked: Partial<Record<Variable, string>> | undefined;
  for (let at = 0; at < VARIABLES.length; at++) {
    const name = VARIABLES[at] as Variable;
    const found = value(name);
    if (found !== undefined && found !== "") (picked ??= {})[name] = found;
  }
  return picked ?? NO_VARIABLES;
}
