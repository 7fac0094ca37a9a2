/** Whose session a name means: the same names in two projects, seen from inside each, from a third, from nowhere. */
import { beforeAll, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { berth } from "../../support/berth.ts";
import { at, type Project, project } from "../../support/project.ts";

let api: Project;
let shopApi: Project;
let web: Project;
let nowhere: Project;

/** Sessions `auth` in …/api and …/shop/api, `only` in …/api alone, none in …/web. */
beforeAll(async () => {
  api = await repositoryAt("api");
  shopApi = await repositoryAt("shop/api", api);
  web = await repositoryAt("web", api);
  nowhere = at(directory(api, "nowhere"), api.home, api.store, api.env);
  for (const p of [api, shopApi]) await p.ok("new", "auth");
  await api.ok("new", "only");
});

function directory({ home }: Project, name: string): string {
  const path = join(home, "..", name);
  mkdirSync(path, { recursive: true });
  return path;
}

async function repositoryAt(name: string, like?: Project): Promise<Project> {
  const first = like ?? await project("none");
  const p = at(directory(first, name), first.home, first.store, first.env);
  await p.git("init", "-q");
  await p.git("commit", "-q", "--allow-empty", "-m", "one");
  return p;
}

const rootOf = async (p: Project, given: string) =>
  JSON.parse(await p.ok("show", given, "--json")).session.project.root;

test("the project of the current directory comes first, in its main checkout, worktrees and below", async () => {
  for (const p of [api, shopApi]) {
    expect(await rootOf(p, "auth")).toBe(p.root);
    const worktree = await p.worktree("auth");
    mkdirSync(join(worktree, "src/deep"), { recursive: true });
    expect(await rootOf({ ...p, ...at(join(worktree, "src/deep"), p.home, p.store, p.env) }, "auth")).toBe(
      p.root,
    );
  }
});

test("PROJECT/NAME means that project's from anywhere, with as many parts as it takes", async () => {
  for (const p of [api, shopApi, web, nowhere]) {
    expect(await rootOf(p, "shop/api/auth")).toBe(shopApi.root);
    expect(await rootOf(p, "api/only")).toBe(api.root);
  }
  // Two projects end alike: the one that we are in is meant, and from elsewhere neither.
  expect(await rootOf(api, "api/auth")).toBe(api.root);
  expect(await rootOf(shopApi, "api/auth")).toBe(shopApi.root);
  const { code, status, message } = await web.refused("show", "api/auth");
  expect([code, status]).toEqual(["ambiguous_session", 3]);
  expect(message).toContain(`shop/api/auth ("${await shopApi.worktree("auth")}"`);
});

test("a name that one other project has is enough to look, not to change; outside of any it is enough", async () => {
  expect(await rootOf(web, "only")).toBe(api.root);
  for (
    const args of [["stop", "only"], ["status", "only", "waiting"], ["destroy", "only", "--cleanup"], [
      "run",
      "only",
      "--",
      "true",
    ]]
  ) {
    expect(await web.refused(...args)).toMatchObject({ code: "other_project", status: 3 });
  }
  expect((await nowhere.berth("status", "only", "waiting")).status).toBe(0);
  expect((await api.session("only")).status).toBe("waiting");
});

test("a name that several others have is ambiguous, and every candidate is named by project, path and short ID", async () => {
  for (const p of [web, nowhere]) {
    const { code, message } = await p.refused("show", "auth");
    expect(code).toBe("ambiguous_session");
    for (const q of [api, shopApi]) {
      const { id, project: { worktree } } = JSON.parse(await q.ok("show", "auth", "--json")).session;
      expect(message).toContain(`auth ("${worktree}", ${id.slice(0, "uuid--".length + 12)})`);
    }
  }
});

test("the hint of a refusal works as it stands, with all that was typed", async () => {
  const { stderr } = await web.berth("run", "only", "--", "sh", "-c", "exit 7");
  const hint = /hint: Type "(.+)" to mean it/.exec(stderr)?.[1] ?? "";
  expect(hint).toBe("berth run api/only -- sh -c 'exit 7'");
  const typed = await web.in(web.root, ["sh", "-c", hint.replace(/^berth/, berth)]);
  expect(typed.status).toBe(7);
  const { stderr: ambiguous } = await nowhere.berth("show", "auth");
  const word = /"berth show (.+)"/.exec(ambiguous)?.[1] ?? "";
  expect((await nowhere.berth("show", word)).status).toBe(0);
});

test("standing in a worktree, a command that needs a session means its own", async () => {
  const worktree = await api.worktree("auth");
  const inside = at(worktree, api.home, api.store, api.env);
  expect((await inside.berth("status", "idle")).status).toBe(0);
  expect((await api.session("auth")).status).toBe("idle");
  expect((await inside.berth("run", "--", "sh", "-c", "exit 3")).status).toBe(3);
  expect((await inside.berth("wait")).status).toBe(0);
  // What the terminal itself keeps is the terminal's.
  expect((await inside.berth("--session-id", "lab", "set", "k", "v")).status).toBe(0);
  expect((await inside.refused("stop", "--session-id", "lab")).code).toBe("not_a_named_session");
  // In the main checkout nobody knows which one is meant.
  expect(await api.refused("stop")).toMatchObject({ code: "missing_argument", status: 2 });
});

test("explain mentions the worktree's session, and use --here means it", async () => {
  const worktree = await api.worktree("auth");
  const inside = at(worktree, api.home, api.store, api.env);
  const { id } = await api.session("auth");
  expect(await inside.ok("explain")).toContain(
    `This directory is in the worktree of session auth (${id.slice(0, 18)})`,
  );
  expect(JSON.parse(await inside.ok("explain", "--json")).worktree).toEqual({ id, name: "auth" });
  expect(JSON.parse(await api.ok("explain", "--json")).worktree).toBeNull();
  const hooked = { env: { BERTH_SHELL: "bash" } };
  expect((await inside.in(worktree, [berth, "use", "--here", "--none"], hooked)).stderr).toContain("exclude");
});

test("completion offers the names of this project as they are, and those of others with theirs", async () => {
  const offered = async (p: Project) =>
    (await p.ok("complete", "bash", "--", "show", "")).split("\n").filter((word) => !/^$|--/.test(word))
      .sort();
  expect(await offered(api)).toEqual(["auth", "only", "shop/api/auth"]);
  expect(await offered(nowhere)).toEqual([expect.stringMatching(/\/api\/auth$/), "only", "shop/api/auth"]);
  expect(await offered(web)).toEqual(["api/only", expect.stringMatching(/\/api\/auth$/), "shop/api/auth"]);
});

test("a name that means a shared session is none for one of this machine, where sessions are shared", async () => {
  const p = await project();
  await p.ok("new", "team--a");
  await p.ok("config", "shared.namespaces", "team,ops");
  for (const words of [["new", "team--b"], ["new", "ops--b"], ["rename", "team--a", "ops--b"]]) {
    const { code, status } = await p.refused(...words);
    expect([words, code, status]).toEqual([words, "name_is_shared", 6]);
  }
  await p.ok("new", "other--b");
});
