/** Where a hooked shell goes and which session it means when the program itself, no stand-in, runs below its function. */
import { afterEach, expect, test } from "bun:test";
import { mkdirSync, readdirSync, realpathSync, writeFileSync } from "node:fs";
import { run } from "../support/berth.ts";
import { finishable } from "../support/finish.ts";
import {
  hookFile,
  hookText,
  makeHome,
  nushell,
  PowerShellTerminal,
  ShellTerminal,
} from "../support/shell-pty.ts";

const LIMIT = 150_000;
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const shell of open.splice(0)) await shell.close();
});

/** What is typed in each shell: its status and directory, and a variable. */
interface Typed {
  readonly where: string;
  readonly variable: (name: string) => string;
}

const sh = (status: string): Typed => ({
  where: `echo "${status} $PWD"`,
  variable: (name) => `echo "$${name}"`,
});

const TYPED: Record<string, Typed> = {
  bash: sh("$?"),
  zsh: sh("$?"),
  fish: sh("$status"),
  pwsh: {
    where: 'echo "$(if ($?) { 0 } else { $LASTEXITCODE }) $PWD"',
    variable: (name) => `echo "$env:${name}"`,
  },
};

async function start(name: string, env: Record<string, string>) {
  const home = makeHome();
  const hook = await hookFile(home, name, "--cmd", "berth");
  if (name === "pwsh") {
    const shell = await PowerShellTerminal.open(home, hook, env);
    open.push(shell);
    return {
      line: (command: string) => shell.line(command),
      type: async (command: string) => void (await shell.submit(command)),
    };
  }
  const shell = await ShellTerminal.open(name, home, hook, env);
  open.push(shell);
  return {
    line: (command: string) => shell.line(command),
    type: (command: string) => Promise.resolve(shell.type(command)),
  };
}

test.each(Object.entries(TYPED))("%s: cd, use --here and finish, as a day goes", async (name, typed) => {
  const project = await finishable();
  const [root, tree] = [realpathSync(project.root), realpathSync(project.tree)];
  const { id } = await project.session("auth");
  const { line, type } = await start(name, {
    BERTH_HOME: project.store,
    GIT_CONFIG_GLOBAL: `${project.home}/.gitconfig`,
    GIT_CONFIG_NOSYSTEM: "1",
  });
  const after = async (command: string) => {
    await type(command);
    return await line(typed.where);
  };
  expect(await after(`cd '${root}'`)).toBe(`0 ${root}`);
  const own = await line("berth id");
  expect(await after("berth cd auth")).toBe(`0 ${tree}`);
  expect(await after("berth cd -")).toBe(`0 ${root}`);
  expect(await after("berth cd nobody")).toBe(`3 ${root}`);
  expect(await after("berth finish nobody")).toBe(`3 ${root}`);
  expect(await after("berth use --here")).toBe(`3 ${root}`);
  expect(await line(typed.variable("BERTH_SESSION_ID"))).toBe(own);
  expect(await after("berth cd auth")).toBe(`0 ${tree}`);
  expect(await after("berth use --here")).toBe(`0 ${tree}`);
  expect(await line(typed.variable("BERTH_SESSION_ID"))).toBe(id);
  expect(await line("berth id")).toBe(id);
  expect(await after("berth use --none")).toBe(`0 ${tree}`);
  expect(await line(typed.variable("BERTH_SESSION_ID"))).toBe(own);
  // Its own directory goes, and the shell is in the base's checkout.
  expect(await after("berth finish auth")).toBe(`0 ${root}`);
  expect(await line("git log -1 --format=%s")).toBe("file.txt: mine");
  expect(await project.subjects()).toContain("file.txt: mine");
  expect((await project.berth("show", "auth")).status).toBe(3);
}, LIMIT);

test("nu: the same", async () => {
  const nu = await nushell();
  if (nu === undefined) return expect(Bun.which("nu")).toBeNull();
  const project = await finishable();
  const [root, tree] = [realpathSync(project.root), realpathSync(project.tree)];
  const { id } = await project.session("auth");
  const home = makeHome();
  const [hook, script, temporary] = [`${home.path}/hook.nu`, `${home.path}/day.nu`, `${home.path}/tmp`];
  mkdirSync(temporary);
  writeFileSync(hook, await hookText("nu", "--cmd", "berth"));
  writeFileSync(
    script,
    `source ${hook}
cd '${root}'
let own = $env.BERTH_SESSION_ID
berth cd auth; print $env.PWD
berth cd -; print $env.PWD
try { berth cd nobody } catch {|error| print $error.exit_code $env.PWD }
try { berth use --here } catch {|error| print $error.exit_code }
berth cd auth; berth use --here; print $env.BERTH_SESSION_ID
berth use --none; print ($env.BERTH_SESSION_ID == $own)
berth finish auth; print $env.PWD (git log -1 --format=%s)
`,
  );
  const { stdout } = await run([nu, "-n", script], {
    env: {
      ...home.env,
      TMPDIR: temporary,
      BERTH_HOME: project.store,
      GIT_CONFIG_GLOBAL: `${project.home}/.gitconfig`,
      GIT_CONFIG_NOSYSTEM: "1",
    },
    limit: LIMIT / 2,
  });
  expect(stdout.trim().split("\n")).toEqual([
    tree,
    root,
    "3",
    root,
    "3",
    String(id),
    "true",
    // What finish prints.
    "auth",
    root,
    "file.txt: mine",
  ]);
  expect(readdirSync(temporary).filter((one) => one.includes("berth"))).toEqual([]);
}, LIMIT);
