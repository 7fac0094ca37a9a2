import * as v from "valibot";
import { fail, quotePath } from "../errors/errors.ts";
import { lockScope } from "./locks.ts";
import { CONFIG } from "./names.ts";
import type { Store } from "./open.ts";

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** config.json. Unknown fields are kept. */
const configSchema = v.looseObject({
  schema: v.pipe(v.number(), v.integer(), v.minValue(1)),
  maxAgeDays: v.exactOptional(whole),
  maxCount: v.exactOptional(whole),
  maxSizeMB: v.exactOptional(whole),
  limits: v.exactOptional(v.looseObject({ sessions: v.exactOptional(whole) })),
});

type Kept = v.InferOutput<typeof configSchema>;

/** The settings that can be shown and set, each with what holds where nothing is set. */
export const DEFAULTS = {
  /** Days since the last activity after which a session is archived, and an archive deleted. */
  maxAgeDays: 90,
  /** Sessions, and archives, that are kept at most. */
  maxCount: 100,
  /** Size of all sessions, and of all archives, in MiB. */
  maxSizeMB: 500,
  /** Named sessions of one workspace. */
  "limits.sessions": 4,
} as const;

export type Setting = keyof typeof DEFAULTS;
export type Config = Readonly<Record<Setting, number>>;

export const isSetting = (name: string): name is Setting => Object.hasOwn(DEFAULTS, name);

/**
 * The settings, with the defaults where nothing is set.
 *
 * @throws `corrupt_record`, `newer_record`: a cleaner must not go by settings that nobody chose
 */
export function readConfig(store: Store): Config {
  const { maxAgeDays, maxCount, maxSizeMB, limits } = load(store);
  const set = { maxAgeDays, maxCount, maxSizeMB, "limits.sessions": limits?.sessions };
  return {
    ...DEFAULTS,
    ...Object.fromEntries(Object.entries(set).filter(([, value]) => value !== undefined)),
  };
}

/** Change one setting, under the global lock; null sets it back to its default. */
export async function setConfig(store: Store, setting: Setting, value: number | null): Promise<Config> {
  using _lock = await lockScope(store, { kind: "global" });
  const kept = load(store);
  store.backend.write(CONFIG, `${JSON.stringify(changed(kept, setting, value), null, 2)}\n`);
  return readConfig(store);
}

function changed(kept: Kept, setting: Setting, value: number | null): Kept {
  if (setting !== "limits.sessions") return without({ ...kept, [setting]: value ?? undefined });
  return { ...kept, limits: without({ ...kept.limits, sessions: value ?? undefined }) };
}

const without = <T extends object>(values: { [K in keyof T]: T[K] | undefined }): T =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;

function load(store: Store): Kept {
  const content = store.backend.read(CONFIG, "only");
  if (content === null) return { schema: 1 };
  const file = quotePath(store.backend.locate(CONFIG));
  const parsed = content.kind === "bytes" ? parse(content.bytes) : null;
  if (!v.is(configSchema, parsed)) throw fail("corrupt_record", { file, why: "it is no configuration" });
  if (parsed.schema > 1) throw fail("newer_record", { file, schema: parsed.schema });
  return parsed;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
}
