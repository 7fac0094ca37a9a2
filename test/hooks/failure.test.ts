/** When the program does not answer, or somebody has set traps for it: the shell is up and works all the same. */
import { afterEach, describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { berth, cleanEnv, run } from "../support/berth.ts";
import { type Home, hookFile, makeHome, nushell, program, ShellTerminal } from "../support/shell-pty.ts";

const open: ShellTerminal[] = [];
afterEach(async () => {
  for (const shell of open.splice(0)) await shell.close();
});

/** Milliseconds within which a shell must be up whatever the program does, on a machine that is busy. */
const UP = 8_000;

/** A home whose PATH holds only what a test names, so that no real `timeout` and no real berth is found. */
function poorHome(without: readonly string[]): Home {
  const home = makeHome();
  const tools = `${home.path}/tools`;
  mkdirSync(tools);
  for (const directory of ["/bin", "/usr/bin"]) {
    for (const name of readdirSync(directory)) {
      if (without.includes(name)) continue;
      try {
        symlinkSync(`${directory}/${name}`, `${tools}/${name}`);
      } catch {
        // The same program in both directories.
      }
    }
  }
  return { ...home, env: { ...home.env, PATH: `${home.bin}:${tools}` } };
}

const INHERITED = {
  BERTH_SESSION_ID: "anchor--old",
  BERTH_SESSION_BIND: "1,2,3,4,/dev/pts/9,b,n,anchor",
  BERTH_USE: "x",
};

/** With the program that PATH has, not the one whose path the text would hold. */
async function start(shell: string, home: Home): Promise<ShellTerminal> {
  const line = await hookFile(home, shell, "--cmd", "berth");
  const opened = await ShellTerminal.open(shell, home, line, INHERITED);
  open.push(opened);
  return opened;
}

/** No session, no words, and a shell that works. */
async function expectUpWithout(shell: ShellTerminal): Promise<void> {
  expect(await shell.line("env | grep -c ^BERTH_")).toBe("0");
  expect(await shell.line("echo works")).toBe("works");
  expect(await shell.line("berth_prompt")).toBe("");
  expect(shell.terminal.output).not.toMatch(/not found|[Pp]ermission|illed|rror|gaz|null byte/);
}

const HANGING = [
  "#!/bin/sh\nsleep 60\n",
  "#!/bin/sh\ntrap '' TERM INT HUP\nsleep 60\n",
  "#!/bin/sh\nprintf 'anchor--1\\n1,'\nexec sleep 60\n",
];

const GARBAGE = [
  "#!/bin/sh\necho gaz\n",
  "#!/bin/sh\necho gaz; echo gaz; echo gaz\n",
  // A command in an ID, escape sequences in one, a binding that is none.
  "#!/bin/sh\necho 'anchor--$(touch HOME/owned)'; echo; echo 'anchor--'\n",
  "#!/bin/sh\nprintf 'anchor--\\033[31m\\n\\nanchor--\\n'\n",
  "#!/bin/sh\necho anchor--1; echo gaz; echo anchor--1\n",
  // NUL bytes, an endless stream, an endless line.
  "#!/bin/sh\nhead -c 100 /dev/zero\n",
  "#!/bin/sh\nexec yes gaz\n",
  "#!/bin/sh\nexec tr '\\0' g < /dev/zero\n",
  // A failure with words, an answer that is cut off.
  "#!/bin/sh\necho error >&2; exit 1\n",
  "#!/bin/sh\nprintf 'anchor--1\\n1,2,3'\n",
];

/** A shell whose berth is another program. */
async function startWith(shell: string, without: readonly string[], text: string): Promise<ShellTerminal> {
  const home = poorHome(without);
  rmSync(`${home.bin}/berth`);
  program(`${home.bin}/berth`, text.replace("HOME", home.path));
  const opened = await start(shell, home);
  expect(readdirSync(home.path)).not.toContain("owned");
  return opened;
}

describe.each(["bash", "zsh", "fish"])("%s", (name) => {
  for (const without of [[], ["timeout"]]) {
    const where = without.length > 0 ? "without timeout" : "with timeout";

    test(`${where}: the program is missing`, async () => {
      const home = poorHome(without);
      rmSync(`${home.bin}/berth`);
      await expectUpWithout(await start(name, home));
    });

    test(`${where}: the program is not executable`, async () => {
      const home = poorHome(without);
      rmSync(`${home.bin}/berth`);
      await Bun.write(`${home.bin}/berth`, "#!/bin/sh\n");
      await expectUpWithout(await start(name, home));
    });

    test(`${where}: the program hangs`, async () => {
      await Promise.all(HANGING.map(async (text) => {
        const from = performance.now();
        const shell = await startWith(name, without, text);
        expect(performance.now() - from).toBeLessThan(UP);
        await expectUpWithout(shell);
      }));
    });

    test(`${where}: the program prints garbage`, async () => {
      await Promise.all(GARBAGE.map(async (text) => expectUpWithout(await startWith(name, without, text))));
    });

    test(`${where}: the right answer is taken`, async () => {
      const shell = await start(name, poorHome(without));
      expect(await shell.line("berth id")).toMatch(/^anchor--/);
      expect(await shell.line('echo "$BERTH_SESSION_ID"')).toBe(await shell.line("berth id"));
    });
  }

  test("somebody whom the program left behind holds its output", async () => {
    const home = makeHome();
    rmSync(`${home.bin}/berth`);
    program(`${home.bin}/berth`, `#!/bin/sh\nsetsid sleep 30 &\nexec ${berth} "$@"\n`);
    const from = performance.now();
    const shell = await start(name, home);
    expect(performance.now() - from).toBeLessThan(UP);
    expect(await shell.line('echo "$BERTH_SESSION_ID"')).toMatch(/^anchor--/);
  });

  test("the answer is right whatever is set for the runtime inside of the program", async () => {
    const home = makeHome();
    const traps = `${home.path}/traps.js`;
    await Bun.write(traps, "console.log('gaz')");
    const env = {
      BUN_OPTIONS: `--preload ${traps}`,
      BUN_BE_BUN: "1",
      BUN_INSPECT: "ws://127.0.0.1:1/?wait=1",
    };
    const line = await hookFile(home, name);
    const shell = await ShellTerminal.open(name, home, line, env);
    open.push(shell);
    expect(await shell.line('echo "$BERTH_SESSION_ID"')).toMatch(/^anchor--/);
    shell.type("berth use review");
    expect(await shell.line('echo "$BERTH_SESSION_ID"')).toBe("ex--review_c9");
    expect(await shell.line("env | grep ^BUN_ | sort")).toBe(
      `BUN_BE_BUN=1\nBUN_INSPECT=ws://127.0.0.1:1/?wait=1\nBUN_OPTIONS=--preload ${traps}`,
    );
  });

  test("the answer is right in a directory that was deleted", async () => {
    const home = makeHome();
    const gone = `${home.path}/gone`;
    mkdirSync(gone);
    const shell = await ShellTerminal.open(name, home, await hookFile(home, name));
    open.push(shell);
    const id = await shell.line('echo "$BERTH_SESSION_ID"');
    shell.type(`cd ${gone}`);
    await shell.line("echo there");
    rmSync(gone, { recursive: true });
    shell.type(
      name === "fish" ? "set -e BERTH_SESSION_ID; berth_hook_ask" : "unset BERTH_SESSION_ID; berth_hook_ask",
    );
    expect(await shell.line('echo "$BERTH_SESSION_ID"')).toBe(id);
    shell.type("berth use review");
    expect(await shell.line('echo "$BERTH_SESSION_ID"')).toBe("ex--review_c9");
    expect(await shell.line("pwd")).toBe(gone);
    // Somebody makes it anew: the shell still is in the old one.
    mkdirSync(gone);
    shell.type("berth use --none");
    expect(await shell.line('echo "$BERTH_SESSION_ID"')).toBe(id);
  });
});

test("a shell that starts in a deleted directory has its ID", async () => {
  const home = makeHome();
  const gone = `${home.path}/gone`;
  const line = await hookFile(home, "bash");
  const { stdout, stderr } = await run(
    ["bash", "-c", `mkdir ${gone}; cd ${gone}; rmdir ${gone}; ${line.trim()}; echo "$BERTH_SESSION_ID"`],
    { env: cleanEnv(home.path, home.env) },
  );
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^anchor--/);
});

test("nothing of a program that hung is left where there is no timeout", async () => {
  const home = poorHome(["timeout"]);
  rmSync(`${home.bin}/berth`);
  program(`${home.bin}/berth`, `#!/bin/sh\necho $$ > ${home.path}/pid\nexec sleep 60\n`);
  for (const name of ["bash", "zsh", "fish"]) {
    const shell = await start(name, home);
    await expectUpWithout(shell);
    const pid = (await Bun.file(`${home.path}/pid`).text()).trim();
    expect(() => readlinkSync(`/proc/${pid}/exe`)).toThrow();
  }
});

test.each([
  ["is missing", undefined],
  ["hangs", "#!/bin/sh\nexec sleep 60\n"],
  ["prints garbage", "#!/bin/sh\necho gaz; echo gaz; echo gaz; exit 3\n"],
  ["prints an endless stream", "#!/bin/sh\nexec yes gaz\n"],
])("nu: the program %s", async (_, text) => {
  const nu = await nushell();
  if (nu === undefined) return expect(Bun.which("nu")).toBeNull();
  const home = makeHome();
  await hookFile(home, "nu", "--cmd", "berth");
  rmSync(`${home.bin}/berth`);
  if (text !== undefined) program(`${home.bin}/berth`, text);
  const file = readdirSync(home.path).find((name) => name.endsWith(".nu")) ?? "";
  const shown = "$env | columns | where $it =~ '^BERTH_(SESSION|USE)' | to json -r";
  const { stdout, stderr } = await run([nu, "-n", "-c", `source ${home.path}/${file}; ${shown}`], {
    env: { ...home.env, ...INHERITED },
  });
  expect({ stdout, stderr }).toEqual({ stdout: "[]\n", stderr: "" });
}, 150_000);
