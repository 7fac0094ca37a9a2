import process from "node:process";
import { SHELLS } from "../../../hooks/shells.ts";
import { formatLabel } from "../../../identity/label.ts";
import { SETTINGS } from "../../../store/config.ts";
import { listRecords } from "../../../store/list.ts";
import { stem } from "../../../store/names.ts";
import { openStore } from "../../../store/open.ts";
import { readRecord } from "../../../store/read.ts";
import { valuesOf } from "../../../store/state.ts";
import type { SessionRecord } from "../../../store/record.ts";
import { projectName } from "../../../store/project-name.ts";
import { HOOKS } from "../../../sessions/project-hooks/hooks-file.ts";
import { projectAround } from "../../../sessions/git/project-around.ts";
import { userDirectory } from "../../mean/directory.ts";
import type { Context, Option } from "../../command.ts";

export interface Candidate {
  readonly value: string;
  readonly about: string;
}

/** What is printed where the shell knows better: names of files. */
export const FILES = ":files";
export type FILES = typeof FILES;

/** What an argument of a command or the value of an option may be, by the word that its usage has for it. */
const BY_WORD: Readonly<
  Record<string, (context: Context, label?: string) => Candidate[] | Promise<Candidate[]>>
> = {
  shell: () => Object.keys(SHELLS).map((value) => ({ value, about: "" })),
  topic: (context) => [...commandNames(context), { value: "errors", about: "Exit statuses and error codes" }],
  session: sessions,
  sessions,
  label: sessions,
  key: keys,
  archive: archives,
  branch: (context) => refs(context, ["refs/heads"]),
  "existing-branch": (context) => refs(context, ["refs/heads", "refs/remotes"], false),
  ref: (context) => refs(context, ["refs/heads", "refs/remotes", "refs/tags"]),
  hook: () => HOOKS.map((value) => ({ value, about: "" })),
  setting: () => SETTINGS.map((value) => ({ value, about: "" })),
};

const ARE_FILES = /^(file|path|dir|directory|script|command|from|to|root)$/;

/**
 * @param usage the argument as usage shows it (`[session]`), or an option's flag (`--scope <scope>`)
 * @param option the option, which may know its values
 * @param label the session that the line means (`--session-id`), where it says so
 */
export async function candidatesFor(
  context: Context,
  usage: string,
  option?: Option,
  label?: string,
): Promise<readonly Candidate[] | FILES> {
  if (option?.oneOf !== undefined) return option.oneOf.map((value) => ({ value, about: "" }));
  const word = wordOf(usage);
  if (ARE_FILES.test(word)) return FILES;
  try {
    return await BY_WORD[word]?.(context, label) ?? [];
  } catch {
    // A completion is no place for words: where the store cannot be read there is nothing to offer.
    return [];
  }
}

/** The word for it: `<session>`, `<branch>`. What is to be new has none. */
function wordOf(usage: string): string {
  if (usage.startsWith("--branch ")) return "";
  if (usage.startsWith("--existing-branch ")) return "existing-branch";
  return /[<[](?:\.\.\.)?([a-z-]+)/.exec(usage)?.[1] ?? "";
}

/**
 * What the repository here has.
 *
 * @param remotes whether a branch of a remote has the remote before its name
 */
async function refs({ host }: Context, folders: readonly string[], remotes = true): Promise<Candidate[]> {
  const { gitIn } = await import("../../../sessions/git/git.ts");
  const git = gitIn(process.cwd(), host.variables);
  const { out } = await git(["for-each-ref", "--format=%(refname)%00%(symref)%00%(subject)", ...folders]);
  const found = new Map<string, string>();
  for (const line of out.split("\n")) {
    const [ref = "", target, about = ""] = line.split("\0");
    // `origin/HEAD` is another name.
    if (ref === "" || target !== "") continue;
    const name = ref.replace(/^refs\/(heads|tags|remotes)\//, "");
    const short = remotes || !ref.startsWith("refs/remotes/") ? name : name.slice(name.indexOf("/") + 1);
    if (!found.has(short)) found.set(short, about);
  }
  return [...found].map(([value, about]) => ({ value, about }));
}

/** Every command that is not for programs alone. */
export const commandNames = ({ commands }: Context): Candidate[] =>
  Object.entries(commands).filter(([, { hidden }]) => !hidden)
    .map(([value, { about }]) => ({ value, about }));

/** Names of this project as they are, those of others with their project, as a SESSION argument takes them. */
function sessions(context: Context): Candidate[] {
  const { id, stable } = context.resolution();
  const found = new Map<string, string>(stable ? [[id, "this terminal"]] : []);
  const listed = [...listRecords(openStore({ environment: context.host.variables }))];
  const records = listed.flatMap((one) => "record" in one ? [one.record] : []);
  const here = projectAround(userDirectory(context), records.flatMap(({ project }) => project ?? []));
  for (const record of records) {
    const { name, lastActivity, project } = record;
    if (name !== undefined) found.set(wordFor(name, project?.root ?? "", here, records), record.id);
    if (!found.has(record.id)) found.set(record.id, name ?? `last used ${lastActivity}`);
  }
  return [...found].map(([value, about]) => ({ value, about }));
}

function wordFor(name: string, root: string, here: string | null, records: readonly SessionRecord[]): string {
  if (root === here) return name;
  const roots = records.flatMap((one) => one.name === name ? [one.project?.root ?? ""] : []);
  return here === null && roots.length === 1 ? name : projectName(root, roots, name);
}

function keys(context: Context, label?: string): Candidate[] {
  const store = openStore({ environment: context.host.variables });
  const id = label === undefined ? context.resolution().id : formatLabel(label, context.deps.sha256);
  const values = valuesOf(readRecord(store, id), undefined) ?? {};
  return Object.keys(values).filter((key) => !/\p{Cc}/u.test(key)).map((value) => ({ value, about: "" }));
}

function archives(context: Context): Candidate[] {
  const store = openStore({ environment: context.host.variables });
  const listed = [...listRecords(store, "archive")];
  const records = listed.flatMap((one) => "record" in one ? [one.record] : []);
  const here = projectAround(userDirectory(context), records.flatMap(({ project }) => project ?? []));
  const names = new Set(
    records.flatMap(({ name, project }) =>
      name === undefined ? [] : [wordFor(name, project?.root ?? "", here, records)]
    ),
  );
  return [
    ...[...names].map((value) => ({ value, about: "the newest of it" })),
    ...listed.map(({ name }) => ({ value: stem(name), about: "" })),
  ];
}
