import { type Installation, Unfit } from "./installation.ts";

const MARK = "// Written by berth agent install.";

/** A plugin that is a file of its own, and ours alone. */
export const pluginFile = (agent: string, file: Installation["file"]): Installation => ({
  file,
  add(text, binary) {
    if (text !== null && text.trim() !== "" && !text.startsWith(MARK)) {
      throw new Unfit("it is somebody else's");
    }
    return { text: pluginText(agent, binary), spans: null };
  },
  remove: (text) => text.startsWith(MARK) ? null : text,
  has: (text, binary) => text === pluginText(agent, binary),
});

/**
 * It hands over which event it is and of which conversation, and nothing of what is in it; one after the other, since
 * they carry no time. Tools of the agent learn the session.
 */
const pluginText = (agent: string, binary: string): string =>
  `${MARK} berth agent uninstall ${agent} removes it.
import { execFile, spawn } from "node:child_process";

const BERTH = ${JSON.stringify(binary)};
const WANTED = ["session.created", "session.status", "session.idle", "session.error", "permission.asked", "permission.replied"];

let queue = Promise.resolve();
let last = "";

function tell(payload) {
  const text = JSON.stringify(payload);
  if (text === last) return;
  last = text;
  queue = queue.then(() => new Promise((resolve) => {
    const child = spawn(BERTH, ["agent", "hook", "${agent}"], { cwd: "/", stdio: ["pipe", "ignore", "ignore"] });
    child.on("error", resolve);
    child.on("exit", resolve);
    child.stdin.on("error", () => {});
    child.stdin.end(text);
  }));
}

function without({ type, properties = {} }) {
  const { sessionID, status, error, permission, info } = properties;
  return {
    type,
    properties: {
      sessionID,
      permission,
      status: status && { type: status.type },
      error: error && { name: error.name },
      info: info && { id: info.id, parentID: info.parentID },
    },
  };
}

export const Berth = async () => {
  const id = await new Promise((resolve) => {
    execFile(BERTH, ["id", "--strict"], { timeout: 2000 }, (error, out) => resolve(error ? "" : out.trim()));
  });
  return {
    event: async ({ event }) => {
      if (WANTED.includes(event.type)) tell(without(event));
    },
    "chat.message": async (input) => tell({ hook: "chat.message", input: { sessionID: input.sessionID } }),
    "shell.env": async (_input, output) => {
      if (id !== "") output.env.BERTH_SESSION_ID = id;
    },
  };
};
`;
