/** Windows that stand in several sessions, with clients that are typed into in turn. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { berth, run, scratch, until } from "../../support/berth.ts";
import { Terminal } from "../../support/terminal.ts";

const home = scratch();
const socket = `${home}/sock`;
let clients: Terminal[] = [];
let asked = 0;
let other: string;

const tmux = async (...args: string[]): Promise<string> =>
  (await run(["tmux", "-S", socket, "-f", "/dev/null", ...args], { env: { HOME: home } })).stdout.trim();

async function idIn(pane: string): Promise<string> {
  const file = `${home}/id-${++asked}`;
  await tmux("send-keys", "-t", pane, `${berth} id > ${file}; mv ${file} ${file}.done`, "Enter");
  return (await until("the ID", async () => {
    const done = Bun.file(`${file}.done`);
    return await done.exists() ? await done.text() : undefined;
  })).trim();
}

/** Type into a session's client until tmux itself takes it for the session of the pane. */
async function typeInto(client: Terminal | undefined, session: string, pane: string): Promise<void> {
  await until(`${session} in front`, async () => {
    client?.type(" ");
    await Bun.sleep(100);
    return await tmux("display-message", "-t", pane, "-p", "#{session_name}") === session || undefined;
  });
}

const SHELL = "PS1= exec bash --norc -i";

beforeAll(async () => {
  await tmux("new-session", "-d", "-s", "work", SHELL);
  await tmux("new-session", "-d", "-s", "second", "-t", "work");
  other = await tmux("new-session", "-d", "-P", "-F", "#{pane_id}", "-s", "other", SHELL);
  clients = ["work", "second"].map((session) =>
    new Terminal(["tmux", "-S", socket, "attach", "-t", session], { home })
  );
  await until("both clients", async () => (await tmux("list-clients")).split("\n").length === 2 || undefined);
});

afterAll(async () => {
  await tmux("kill-server");
  for (const client of clients) await client.close();
});

test("a group is one session, whichever of its terminals was typed into last", async () => {
  await typeInto(clients[0], "work", "%0");
  const id = await idIn("%0");
  expect(id).toMatch(/^tmux--[0-9a-f]{64}$/);
  await typeInto(clients[1], "second", "%0");
  expect(await idIn("%0")).toBe(id);
  const made = await tmux("split-window", "-d", "-P", "-F", "#{pane_id}", "-t", "second", SHELL);
  expect(await idIn(made)).toBe(id);
  expect(await idIn(other)).not.toBe(id);
});

test("a window that is linked elsewhere stays of the session it was made in", async () => {
  const id = await idIn(other);
  await tmux("link-window", "-s", "other:0", "-t", "work:9");
  await tmux("select-window", "-t", "work:9");
  await typeInto(clients[0], "work", other);
  expect(await idIn(other)).toBe(id);
});
