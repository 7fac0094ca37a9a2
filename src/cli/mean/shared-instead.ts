/** What is to be said of a shared session to who looked for it among those of this machine. */
import { type BerthError, fail } from "../../errors/errors.ts";
import { sha256 } from "../../facts/sha256.ts";
import { readShared } from "../../fleet/shared.ts";
import { formatLabel } from "../../identity/label.ts";
import { mayBeShared, namespaceOf } from "../../store/namespaces.ts";
import type { Context, Input } from "../command.ts";
import { storeOf } from "./session.ts";
import { isForShared } from "./shared.ts";

/** @returns the failure `no_such_session` as it was, where no shared session was meant */
export function orNotShared(
  context: Context,
  input: Input,
  command: string,
  failure: BerthError,
): BerthError {
  const given = input.args.find(mayBeShared) ?? context.resolution().id;
  if (!mayBeShared(given)) return failure;
  const shared = readShared(storeOf(context, input, command), context.host.variables);
  if (!shared.namespaces.includes(namespaceOf(given)) || (shared.url === null && !shared.known)) {
    return failure;
  }
  return isForShared(command)
    ? fail("no_such_session", { given, shared: true }, failure)
    : fail("not_for_shared", { command, id: formatLabel(given, sha256) }, failure);
}
