import { fail } from "../../errors/errors.ts";
import { selectSession } from "../../store/select.ts";
import type { Context, Input } from "../command.ts";
import { here, storeOf } from "./session.ts";
import type { Store } from "../../store/open.ts";

/** How help explains an argument SESSION. */
export const SESSION_HELP =
  "SESSION is an ID, a name, a label, or the first 4 or more characters of an ID or of what stands behind its --";

/** The session that an argument names, or the one of this place where there is none. */
export function selected(
  context: Context,
  input: Input,
  command: string,
  given: string | undefined,
): { store: Store; id: string } {
  if (given === undefined) return here(context, input, command);
  const store = storeOf(context, input, command);
  return { store, id: selectSession(store, given) };
}

/** The ID of the session of this place, null where there is no stable one. */
export function currentId(context: Context): string | null {
  const { id, stable } = context.resolution();
  return stable ? id : null;
}

export const noSession = (given: string) => fail("no_such_session", { given });
