import { hostOf, knownHost, renewHost } from "../../../store/hosts.ts";
import type { Store } from "../../../store/open.ts";
import type { Finding } from "./finding.ts";

/** What is amiss with how this machine is told from others that use the store, and with `fix` put right. */
export async function hostFindings(store: Store, fix: boolean): Promise<Finding[]> {
  const identity = store.hosting?.identity() ?? null;
  if (identity === null) return [];
  const entry = fix && knownHost(store) !== null ? await hostOf(store) : knownHost(store);
  return [
    ...identity.lasting ? [] : [unlasting()],
    ...entry?.cloned === true ? [await cloned(store, entry.uuid, fix)] : [],
  ];
}

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
      `Two machines use this store as host ${uuid}: one is a copy of the other, with the same machine ID`,
    hint: renewed === null
      ? `Give one of them another machine ID, then type "berth doctor --fix" on the other`
      : `This one is host ${renewed.uuid} from now on; give the other one another machine ID`,
    broken: true,
    fixed: renewed !== null,
  };
}
