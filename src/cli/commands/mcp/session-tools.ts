import type { McpServer } from "@modelcontextprotocol/server";
import * as v from "valibot";
import { fail } from "../../../errors/errors.ts";
import { shortId } from "../../../identity/id.ts";
import { rootOf, type Subject } from "../../../sandbox/session.ts";
import { readRecord } from "../../../store/read.ts";
import { entry, type SessionRecord, setEntry, STATUSES } from "../../../store/record.ts";
import { remember, valuesOf, valuesToChange } from "../../../store/state.ts";
import { updateSession } from "../../../store/update.ts";
import { checkedKey } from "../../line/value.ts";
import { offer, type Service } from "./tool.ts";

const script = v.exactOptional(
  v.pipe(v.string(), v.nonEmpty(), v.description("Whose values: a script's name; left out, all share them")),
);
const key = v.pipe(v.string(), v.nonEmpty(), v.maxLength(1024));
/** What a history says of a change: never the value. */
const changed = (key: string, script: string | undefined) => ({
  key,
  ...script === undefined ? {} : { script },
});
const nothing = v.strictObject({});

/** Write to the session's record; it is made by its first write. */
async function change(
  { store, id, origin }: Subject,
  make: (draft: SessionRecord) => void,
): Promise<SessionRecord> {
  return await updateSession(store, id, make, origin === undefined ? {} : { origin });
}

function offerShow(server: McpServer, service: Service): void {
  const { subject } = service;
  const { store, id } = subject;
  offer(server, service, "session_id", {
    title: "Session ID",
    about: "Which session this is, and the project root that its files are confined to",
    effect: "reads",
    input: nothing,
    output: v.object({
      id: v.string(),
      short: v.string(),
      root: v.nullable(v.string()),
      readOnly: v.boolean(),
    }),
    run: () => ({
      id,
      short: shortId(id),
      root: rootOf(readRecord(store, id), subject),
      readOnly: service.readOnly,
    }),
  });
  offer(server, service, "session_show", {
    title: "Show session",
    about:
      "The session's whole record: status, project, state, history. Null when nothing was kept of it yet",
    effect: "reads",
    input: nothing,
    output: v.object({ id: v.string(), record: v.nullable(v.looseObject({})) }),
    run: () => ({ id, record: readRecord(store, id) }),
  });
}

function offerState(server: McpServer, service: Service): void {
  const { subject } = service;
  const { store, id } = subject;
  offer(server, service, "state_get", {
    title: "Get state",
    about: "The value that is kept under a key, or all values when no key is given",
    effect: "reads",
    input: v.strictObject({ key: v.exactOptional(key), script }),
    output: v.object({ values: v.array(v.object({ key: v.string(), value: v.unknown() })) }),
    run(input) {
      const values = valuesOf(readRecord(store, id), input.script) ?? {};
      if (input.key === undefined) {
        return { values: Object.entries(values).map(([key, value]) => ({ key, value })) };
      }
      if (!Object.hasOwn(values, input.key)) throw fail("no_such_key", { key: input.key, id });
      return { values: [{ key: input.key, value: entry(values, input.key) }] };
    },
  });
  offer(server, service, "state_set", {
    title: "Set state",
    about: "Keep a value (any JSON) under a key, for all who work in this session",
    effect: "writes",
    input: v.strictObject({ key, value: v.unknown(), script }),
    output: v.object({ key: v.string() }),
    async run({ key, value, script }) {
      checkedKey(key);
      await change(subject, (draft) => {
        setEntry(valuesToChange(draft, script), key, value ?? null);
        remember(draft, store.now(), "set", changed(key, script));
      });
      return { key };
    },
  });
  offer(server, service, "state_unset", {
    title: "Unset state",
    about: "Forget the value that is kept under a key",
    effect: "deletes",
    input: v.strictObject({ key, script }),
    output: v.object({ key: v.string(), existed: v.boolean() }),
    async run({ key, script }) {
      let existed = false;
      await change(subject, (draft) => {
        const values = valuesOf(draft, script) ?? {};
        existed = Object.hasOwn(values, key);
        delete values[key];
        if (existed) remember(draft, store.now(), "unset", changed(key, script));
      });
      return { key, existed };
    },
  });
}

function offerActivity(server: McpServer, service: Service): void {
  const { subject } = service;
  offer(server, service, "session_status", {
    title: "Set status",
    about: "Say what this session is doing: active, waiting (for a person), idle, error or stopped",
    effect: "writes",
    input: v.strictObject({
      status: v.picklist(STATUSES),
      phase: v.exactOptional(
        v.pipe(v.string(), v.maxLength(200), v.description("The step of the work, in a few words")),
      ),
    }),
    output: v.object({ status: v.picklist(STATUSES) }),
    async run({ status, phase }) {
      await change(subject, (draft) => {
        if (draft.status !== status) remember(draft, subject.store.now(), "status", { status });
        draft.status = status;
        if (phase !== undefined) draft.currentPhase = phase;
      });
      return { status };
    },
  });
  offer(server, service, "session_heartbeat", {
    title: "Heartbeat",
    about: "Say that this session is still at work; sets the time of its last activity",
    effect: "writes",
    input: nothing,
    output: v.object({ at: v.string() }),
    async run() {
      return { at: (await change(subject, () => {})).lastActivity };
    },
  });
}

export function offerSessionTools(server: McpServer, service: Service): void {
  offerShow(server, service);
  offerState(server, service);
  offerActivity(server, service);
}
