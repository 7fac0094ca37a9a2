import * as v from "valibot";
import { shortId } from "../../../identity/id.ts";
import { rootOf, type Subject } from "../../../sandbox/session.ts";
import { readNow } from "../../../store/read.ts";
import { type SessionRecord, STATUSES } from "../../../store/record.ts";
import { remember } from "../../../store/state.ts";
import { updateSession } from "../../../store/update.ts";
import { integer, optional } from "./schema.ts";
import { type Data, tool, type ToolCall } from "./tool.ts";

/** Entries of the history that are shown when it is not said how many. */
const HISTORY = 20;

/** The record without what other tools give: values by `state_get`, Lua's globals by `lua_globals`. */
function shown(record: SessionRecord, entries: number): Data {
  const { sharedState, scriptState, lua, history, ...rest } = record;
  return {
    ...rest,
    keys: Object.keys(sharedState).length,
    scripts: Object.keys(scriptState).slice(0, 100),
    luaBytes: lua?.bytes ?? 0,
    history: entries === 0 ? [] : history.slice(-entries),
  };
}

/** A write to the session's record, in its turn; nothing is written when the call was taken back meanwhile. */
export function change(
  { subject, service, signal }: ToolCall,
  make: (draft: SessionRecord) => void | false,
): Promise<SessionRecord> {
  const { store, id, origin }: Subject = subject;
  const checked = (draft: SessionRecord) => {
    signal.throwIfAborted();
    return make(draft);
  };
  return service.changes.run(
    signal,
    () => updateSession(store, id, checked, origin === undefined ? {} : { origin }),
  );
}

export const SESSION_TOOLS = [
  tool({
    name: "session_id",
    about: "Which session this is, and the root of its files",
    effect: "reads",
    input: v.strictObject({}),
    run: async ({ subject, service: { readOnly } }) => {
      const { store, id } = subject;
      return { id, short: shortId(id), root: rootOf(await readNow(store, id), subject), readOnly };
    },
  }),
  tool({
    name: "session_show",
    about: "The session's record: status, project, run, history",
    effect: "reads",
    input: v.strictObject({
      history: optional(integer(`Newest entries; ${HISTORY} by default`, 0, 200)),
    }),
    run: async ({ service, subject }, { history = HISTORY }) => {
      const { store, id } = subject;
      const record = await readNow(store, id);
      const agents = await service.agents(subject);
      return { id, record: record && shown(record, history), ...agents.length === 0 ? {} : { agents } };
    },
  }),
  tool({
    name: "session_status",
    about: "Say what this session is doing",
    effect: "adds",
    idempotent: true,
    input: v.strictObject({
      status: v.pipe(v.picklist(STATUSES), v.description("waiting: for a person")),
      phase: optional(
        v.pipe(v.string(), v.maxLength(200), v.description("The step of the work, in short")),
      ),
    }),
    async run(call, { status, phase }) {
      await change(call, (draft) => {
        if (draft.status !== status) remember(draft, call.subject.store.now(), "status", { status });
        draft.status = status;
        if (phase !== undefined) draft.currentPhase = phase;
      });
      return { status };
    },
  }),
  tool({
    name: "session_heartbeat",
    about: "Say that this session is still at work",
    effect: "adds",
    idempotent: false,
    input: v.strictObject({}),
    run: async (call) => ({ at: (await change(call, () => {})).lastActivity }),
  }),
];
