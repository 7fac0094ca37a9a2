import type { RunState, SessionRecord, Status } from "./record.ts";

/** What of a record is compared with what it was before a change; a draft is changed in place. */
export interface Outline {
  readonly status: Status;
  readonly name: string | undefined;
  readonly run: { readonly n: number; readonly state: RunState } | undefined;
  /** Whether its worktree is being made. */
  readonly making: boolean;
  readonly last: SessionRecord["history"][number] | undefined;
}

/** Something that the store has done, told once it is durable and while the session's lock is held. */
export type Told =
  | {
    readonly kind: "written";
    readonly id: string;
    readonly before: Outline | null;
    readonly record: SessionRecord;
  }
  | { readonly kind: "reset" | "restored"; readonly id: string; readonly archive: string }
  | { readonly kind: "deleted"; readonly id: string; readonly archive?: string }
  | { readonly kind: "worktree-removed"; readonly id: string; readonly path: string }
  | {
    readonly kind: "hook";
    readonly id: string;
    readonly hook: string;
    readonly exitCode: number | null;
    readonly durationMs: number;
  }
  | { readonly kind: "damaged"; readonly file: string; readonly reason: string; readonly moved: string };

/** Whoever wants to know what changes. It must not throw: what it is told of has happened. */
export type Observer = (...told: readonly Told[]) => void;

/** An observer that is made at the first lock, since whoever only reads needs none. */
export interface Observing {
  readonly load: () => Promise<Observer>;
  observer?: Observer;
}

interface Observed {
  readonly observing?: Observing;
}

/** Let the observer be there before anything changes. */
export async function ready({ observing }: Observed): Promise<void> {
  if (observing !== undefined) observing.observer ??= await observing.load();
}

/** Tell of one thing, or of several that were done as one. */
export function tell({ observing }: Observed, ...told: readonly Told[]): void {
  observing?.observer?.(...told);
}

/** As the record is now. */
export function outlineOf(record: SessionRecord): Outline {
  const { status, name, run, history } = record;
  const { kind } = (record["pending"] ?? {}) as { kind?: unknown };
  return {
    status,
    name,
    run: run === undefined ? undefined : { n: run.n, state: run.state },
    making: kind === "new",
    last: history.at(-1),
  };
}
