/** Numbers that are reserved at once. */
export const BLOCK = 1000;

/** What is kept of the numbers, durably, before one of them is given. */
export interface Reserved {
  /** The highest number that may have been given. */
  readonly upTo: number;
  /** The boot of each host in which it wrote last. */
  readonly boots: Readonly<Record<string, string>>;
}

/** The last line of the log, as far as the next number depends on it. */
export interface Last {
  readonly seq: number;
  readonly host: string | null;
  readonly boot: string | null;
}

export interface Next {
  readonly seq: number;
  /** To be kept durably before the number is given; null where it is kept already. */
  readonly reserve: Reserved | null;
  /** Whether numbers before it are lost, or may have been given and lost. */
  readonly gap: boolean;
}

/**
 * The next number. Lines are not synced, so a power cut takes the last ones with it, and their numbers were seen by
 * others: after a restart of this host the next block is begun. Within a boot what was written is there.
 *
 * @param reserved read only when it is needed
 */
export function nextNumber(
  last: Last | null,
  { host, boot }: Omit<Last, "seq">,
  reserved: () => Reserved,
): Next {
  const same = last !== null && last.host === host && last.boot === boot;
  if (same && last.seq % BLOCK !== 0) return { seq: last.seq + 1, reserve: null, gap: false };
  const kept = reserved();
  const [us, now] = [host ?? "", boot ?? ""];
  const ours = Object.hasOwn(kept.boots, us) ? kept.boots[us] : undefined;
  const restarted = ours !== undefined && ours !== now;
  const top = Math.max(kept.upTo, last?.seq ?? 0);
  // A log that is gone, or was there before we kept numbers, tells of none that were given.
  const lost = restarted || (last?.seq ?? 0) > kept.upTo || (last === null && kept.upTo > 0);
  const seq = lost ? top + 1 : (last?.seq ?? 0) + 1;
  const known = ours === now && seq <= kept.upTo;
  const upTo = seq <= kept.upTo ? kept.upTo : Math.ceil(seq / BLOCK) * BLOCK;
  return {
    seq,
    reserve: known ? null : { upTo, boots: { ...kept.boots, [us]: now } },
    gap: lost && seq !== (last?.seq ?? 0) + 1,
  };
}
