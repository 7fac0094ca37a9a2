import { inReach } from "../../store/locks.ts";
import type { Store } from "../../store/open.ts";
import { type Context, flag, type Input, type Option } from "../command.ts";
import { storeOf } from "./session.ts";

export const SHARED: Option = {
  flag: "--shared",
  about: "Those of the shared store, and not of this machine's",
};

/** The store whose sessions a command lists: with `--shared` the one in the database, and what is listed of it brought along. */
export async function listedStore(
  context: Context,
  input: Input,
  command: string,
  prefixes: readonly string[],
): Promise<Store> {
  const local = storeOf(context, input, command);
  if (!flag(input, "shared")) return local;
  const { wholeShared } = await import("./shared.ts");
  return await inReach(await wholeShared(context, local), { prefixes });
}
