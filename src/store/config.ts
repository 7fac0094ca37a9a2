import * as v from "valibot";
import { fail, quotePath } from "../errors/errors.ts";
import { lockScope } from "./locks.ts";
import { CONFIG } from "./names.ts";
import type { Store } from "./open.ts";

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** config.json. Unknown fields are kept. A setting with a dot in its name stands in an object of that name. */
const makeSchema = () =>
  v.looseObject({
    schema: v.pipe(v.number(), v.integer(), v.minValue(1)),
    maxAgeDays: v.exactOptional(whole),
    maxCount: v.exactOptional(whole),
    maxSizeMB: v.exactOptional(whole),
    limits: v.exactOptional(
      v.looseObject({
        sessions: v.exactOptional(whole),
        agentWorktrees: v.exactOptional(whole),
        removedMB: v.exactOptional(whole),
      }),
    ),
    events: v.exactOptional(v.looseObject({ maxMB: v.exactOptional(whole) })),
    marks: v.exactOptional(v.looseObject({ terminal: v.exactOptional(v.string()) })),
    branch: v.exactOptional(v.looseObject({ prefix: v.exactOptional(v.string()) })),
    worktrees: v.exactOptional(v.looseObject({ path: v.exactOptional(v.string()) })),
    shared: v.exactOptional(
      v.looseObject({
        url: v.exactOptional(v.string()),
        namespaces: v.exactOptional(v.string()),
        store: v.exactOptional(v.string()),
        publishState: v.exactOptional(v.picklist(["true", "false"])),
        idleSeconds: v.exactOptional(whole),
      }),
    ),
  });

type Kept = v.InferOutput<ReturnType<typeof makeSchema>>;
/** Made when a configuration is read: every change of a session loads this file, and few need it. */
let configSchema: ReturnType<typeof makeSchema> | undefined;

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
  /** Worktrees of one workspace that agents made for agents of theirs. */
  "limits.agentWorktrees": 16,
  /** Size of the log of events at which a new file is begun, in MiB; the last four files are kept. */
  "events.maxMB": 8,
  /** What an undo keeps of one removed worktree at most, in MiB; with more in it it is not removed. */
  "limits.removedMB": 512,
  /** Seconds that a lock in the database is held without a word from its holder. */
  "shared.idleSeconds": 60,
} as const;

/** The settings that are no numbers. */
export const TEXT_DEFAULTS = {
  /** What stands before a session's name in the name of its branch; the slash is part of it. */
  "branch.prefix": "feature/",
  /** Where new worktrees are: relative to the main checkout's root, or anywhere. */
  "worktrees.path": ".worktrees",
  /** Where the database is that several machines share; nothing: there is none. Never with a password. */
  "shared.url": "",
  /** Namespaces of shared sessions, separated by commas; nothing: `team`, where there is a URL. */
  "shared.namespaces": "",
  /** The store in the database; nothing: the one that is called as the role is. */
  "shared.store": "",
  /** Whether what is kept in the sessions is published with them: `true`, or not. */
  "shared.publishState": "false",
  /** By which sequences the user's terminal is told of a change of status (`iterm2`, `wezterm`, `kitty`, `title`). */
  "marks.terminal": "",
} as const;

export type NumberSetting = keyof typeof DEFAULTS;
export type TextSetting = keyof typeof TEXT_DEFAULTS;
export type Setting = NumberSetting | TextSetting;
export type Config = Readonly<Record<NumberSetting, number> & Record<TextSetting, string>>;

export const SETTINGS: readonly Setting[] = [
  ...Object.keys(DEFAULTS) as NumberSetting[],
  ...Object.keys(TEXT_DEFAULTS) as TextSetting[],
];

export const isSetting = (name: string): name is Setting => SETTINGS.some((one) => one === name);
/** One setting as it was set; undefined where it was not. */
export const settingOf = (store: Store, name: Setting): unknown => setIn(load(store), name);

export const isTextSetting = (name: Setting): name is TextSetting => Object.hasOwn(TEXT_DEFAULTS, name);

/**
 * The settings, with the defaults where nothing is set.
 *
 * @throws `corrupt_record`, `newer_record`: a cleaner must not go by settings that nobody chose
 */
export function readConfig(store: Store): Config {
  const kept = load(store);
  const found = SETTINGS.map((name) => [name, setIn(kept, name)] as const);
  return {
    ...DEFAULTS,
    ...TEXT_DEFAULTS,
    ...Object.fromEntries(found.filter(([, value]) => value !== undefined)),
  };
}

/** Change one setting, under the global lock; null sets it back to its default. */
export async function setConfig(
  store: Store,
  setting: Setting,
  value: number | string | null,
): Promise<Config> {
  await using _lock = await lockScope(store, { kind: "global" });
  const kept = load(store);
  store.backend.write(CONFIG, `${JSON.stringify(changed(kept, setting, value), null, 2)}\n`);
  return readConfig(store);
}

const setIn = (kept: Kept, name: string): unknown =>
  name.split(".").reduce<unknown>(
    (inside, key) => (inside as Record<string, unknown> | undefined)?.[key],
    kept,
  );

function changed(kept: Kept, setting: Setting, value: number | string | null): Kept {
  const [first = "", second] = setting.split(".");
  if (second === undefined) return without({ ...kept, [first]: value ?? undefined });
  const group = without({ ...kept[first] as object, [second]: value ?? undefined });
  return { ...kept, [first]: group };
}

const without = <T extends object>(values: { [K in keyof T]: T[K] | undefined }): T =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;

function load(store: Store): Kept {
  const content = store.backend.read(CONFIG, "only");
  if (content === null) return { schema: 1 };
  const file = quotePath(store.backend.locate(CONFIG));
  const parsed = content.kind === "bytes" ? parse(content.bytes) : null;
  if (!v.is(configSchema ??= makeSchema(), parsed)) {
    throw fail("corrupt_record", { file, why: "it is no configuration" });
  }
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
