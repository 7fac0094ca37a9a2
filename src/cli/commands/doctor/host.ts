import { BerthError } from "../../../errors/errors.ts";
import type { Copies } from "../../../fleet/sessions.ts";
import type { HostEntry } from "../../../store/hosting.ts";
import { hostOf, knownHost, renewHost } from "../../../store/hosts.ts";
import type { Store } from "../../../store/open.ts";
import type { Context } from "../../command.ts";
import { hasShared } from "../meanwhile.ts";
import { type Finding, finding } from "./finding.ts";

/** What is amiss with how this machine is told from others that use the store, and with `fix` put right. */
export async function hostFindings(context: Context, store: Store, fix: boolean): Promise<Finding[]> {
  const identity = store.hosting?.identity() ?? null;
  if (identity === null) return [];
  const entry = fix && knownHost(store) !== null ? await hostOf(store) : knownHost(store);
  const shared = await sharedFindings(context, store, entry, identity.boot);
  const copies = await copiesOverSsh(store);
  const ours = copies.some(({ uuid }) => uuid === entry?.uuid);
  return [
    ...identity.lasting ? [] : [unlasting()],
    ...entry !== null && (entry.cloned === true || shared.copied || ours)
      ? [await cloned(store, entry.uuid, fix)]
      : [],
    ...copies.filter(({ uuid }) => uuid !== entry?.uuid).map(({ names }) => elsewhere(names)),
    ...shared.findings,
  ];
}

/** What the shared store knows of this host, where there is one: a copy of it may have registered there. */
async function sharedFindings(
  context: Context,
  store: Store,
  entry: HostEntry | null,
  boot: string | null,
): Promise<{ copied: boolean; findings: Finding[] }> {
  if (entry === null || boot === null || !await hasShared(context, store)) {
    return { copied: false, findings: [] };
  }
  const { isCopied } = await import("../../../fleet/lease.ts");
  const { wholeShared } = await import("../../mean/shared.ts");
  try {
    const { backend } = await wholeShared(context, store);
    // As it is now, whatever its entry says yet.
    const host = { ...entry, boots: [...entry.boots.filter((one) => one !== boot), boot] };
    const copied = await backend.pool.use((connection) => isCopied(connection, backend.options.store, host));
    return { copied, findings: [] };
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
    return { copied: false, findings: [finding(error.code, error.message, error.hint, false)] };
  }
}

/** Hosts of one UUID that answered over SSH with other boots when they were asked together. */
async function copiesOverSsh(store: Store): Promise<Copies[]> {
  if (store.backend.list("fleet").length === 0) return [];
  const { knownHosts, lastAnswer } = await import("../../../fleet/hosts.ts");
  const { copiesIn } = await import("../../../fleet/sessions.ts");
  try {
    return copiesIn(
      knownHosts(store).flatMap(({ name }) => {
        const kept = lastAnswer(store, name);
        return kept === null ? [] : [{ name, ...kept }];
      }),
    );
  } catch (error) {
    // A list of hosts that cannot be read is told by who reads it.
    if (error instanceof BerthError) return [];
    throw error;
  }
}

const elsewhere = ([one, other]: readonly [string, string]): Finding => ({
  code: "host_cloned",
  message: `${one} and ${other} take themselves for one machine: a disk was copied`,
  hint:
    `Give one of them another machine ID (on Linux "rm /etc/machine-id", "systemd-machine-id-setup"), then type "berth fleet list"`,
  broken: false,
  fixed: false,
});

const unlasting = (): Finding => ({
  code: "host_unlasting",
  message: "This machine has no ID of its own: after a reboot it counts as another one",
  hint:
    "Where a store is shared by several machines, give this one an /etc/machine-id (systemd-machine-id-setup)",
  broken: false,
  fixed: false,
});

async function cloned(store: Store, uuid: string, fix: boolean): Promise<Finding> {
  const renewed = fix ? await renewHost(store) : null;
  return {
    code: "host_cloned",
    message:
      `Two machines take themselves for host ${uuid}: one is a copy of the other, with the same machine ID`,
    hint: renewed === null
      ? `Give one of them another machine ID, then type "berth doctor --fix" on the other`
      : `This one is host ${renewed.uuid} from now on; give the other one another machine ID`,
    broken: true,
    fixed: renewed !== null,
  };
}
