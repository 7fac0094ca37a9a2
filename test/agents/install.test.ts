import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { agentCall, commandOf, hookCommand, isHookCommand } from "../../src/agents/install/command.ts";
import { claude } from "../../src/agents/claude.ts";
import { AGENT_NAMES } from "../../src/agents/agents.ts";
import { berth, run, scratch } from "../support/berth.ts";

const base = scratch("berth-install-");
let count = 0;

/** A person with a home and a store of their own. */
function person() {
  const home = `${base}/home-${count++}`;
  mkdirSync(home);
  const env = { HOME: home, BERTH_HOME: `${home}/store`, BERTH_SESSION: "here" };
  const call = (...args: string[]) => run([berth, "agent", ...args], { env, cwd: home });
  return {
    home,
    call,
    env,
    put(file: string, text: string) {
      mkdirSync(dirname(`${home}/${file}`), { recursive: true });
      writeFileSync(`${home}/${file}`, text);
      return `${home}/${file}`;
    },
    read: (file: string) => readFileSync(`${home}/${file}`, "utf8"),
  };
}

const FILES: Readonly<Record<string, string>> = {
  claude: ".claude/settings.json",
  codex: ".codex/hooks.json",
  gemini: ".gemini/settings.json",
  copilot: ".copilot/settings.json",
  qwen: ".qwen/settings.json",
  kimi: ".kimi-code/config.toml",
  opencode: ".config/opencode/plugin/berth.js",
  kilo: ".config/kilo/plugin/berth.js",
};
const JSON_AGENTS = ["claude", "codex", "gemini", "copilot", "qwen"];
const OTHER = { hooks: [{ type: "command", command: "say done" }] };

/** What people have in such files. */
const DOCUMENTS: Readonly<Record<string, string>> = {
  "an empty object": "{}",
  "an empty object over lines": "{\n}\n",
  "settings": `{\n  "env": { "A": "1" },\n  "permissions": {"allow": ["Bash(x)"]}\n}\n`,
  "tabs": `{\n\t"theme": "dark",\n\t"hooks": {\n\t\t"Stop": []\n\t}\n}`,
  "one line": `{"model":"x","hooks":{"Stop":[${JSON.stringify(OTHER)}]}}`,
  "hooks of somebody else": `${
    JSON.stringify(
      {
        hooks: {
          Stop: [OTHER],
          SessionStart: [OTHER, OTHER],
          sessionStart: [{ type: "command", bash: "x" }],
        },
      },
      null,
      4,
    )
  }\n`,
  "comments and trailing commas":
    `// mine\n{\n  /* here */ "a": 1, // one\n  "hooks": {\n    // theirs\n    "Stop": [\n      ${
      JSON.stringify(OTHER)
    }, // last\n    ],\n  },\n}\n// end\n`,
  "Windows' line ends": `{\r\n    "a": [1,\r\n 2],\r\n    "hooks": {\r\n    }\r\n}\r\n`,
  "a byte order mark": `\ufeff{\n  "a": "é\u2028\ud83d\ude00"\n}\n`,
  "blanks": "  \n\n",
  "nothing": "",
};

describe.each(JSON_AGENTS)("berth agent install %s", (agent) => {
  const file = FILES[agent] ?? "";

  test.each(Object.entries(DOCUMENTS))(
    "%s: what is there stays, and uninstall brings it back to the byte",
    async (_what, text) => {
      const { call, put, read } = person();
      put(file, text);
      const installed = await call("install", agent, "--json");
      expect(installed.stderr).toBe("");
      expect(JSON.parse(installed.stdout).files).toEqual([{
        path: expect.stringContaining(file),
        change: "changed",
      }]);
      const now = read(file);
      expect(now).toContain(`agent hook ${agent}`);
      // Every character that was there is there, in its order.
      let at = 0;
      for (const character of text.trim()) {
        at = now.indexOf(character, at) + 1;
        expect(at).toBeGreaterThan(0);
      }
      expect(JSON.parse((await call("status", agent, "--json")).stdout).agents[0].installed).toBe(true);
      expect(JSON.parse((await call("install", agent, "--json")).stdout).files[0].change).toBe("unchanged");
      expect(read(file)).toBe(now);
      expect(JSON.parse((await call("uninstall", agent, "--json")).stdout).files[0].change).toBe("restored");
      expect(read(file)).toBe(text);
      expect(JSON.parse((await call("uninstall", agent, "--json")).stdout).files[0].change).toBe("unchanged");
    },
  );

  test("edited since: only our entries go", async () => {
    const { call, put, read, home } = person();
    put(file, `{\n  // mine\n  "hooks": {\n    "Stop": [\n      ${JSON.stringify(OTHER)}\n    ]\n  }\n}\n`);
    await call("install", agent);
    writeFileSync(`${home}/${file}`, read(file).replace("// mine", `// mine\n  "later": true,`));
    expect(JSON.parse((await call("uninstall", agent, "--json")).stdout).files[0].change).toBe("changed");
    const left = read(file);
    expect(left).toContain("// mine");
    expect(left).not.toContain("agent hook");
    expect(JSON.parse(left.replace(/\/\/.*/g, ""))).toEqual({ later: true, hooks: { Stop: [OTHER] } });
  });
});

describe("berth agent install", () => {
  test.each([...AGENT_NAMES])("%s, where there is nothing: made, and gone again", async (agent) => {
    const { call, home } = person();
    const file = `${home}/${FILES[agent]}`;
    expect(JSON.parse((await call("install", agent, "--json")).stdout).files).toEqual([{
      path: file,
      change: "created",
    }]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse((await call("status", agent, "--json")).stdout).agents[0]).toMatchObject({
      agent,
      installed: true,
      file,
    });
    expect(JSON.parse((await call("uninstall", agent, "--json")).stdout).files[0].change).toBe("deleted");
    expect(existsSync(file)).toBe(false);
    expect(readdirSync(dirname(file))).toEqual([]);
  });

  test("several at once, and only said with --dry-run", async () => {
    const { call, home } = person();
    const dry = JSON.parse((await call("install", "claude", "kimi", "--dry-run", "--json")).stdout);
    expect(dry.files.map(({ change }: { change: string }) => change)).toEqual(["created", "created"]);
    expect(readdirSync(home)).toEqual([]);
    await call("install", "claude", "kimi");
    expect([existsSync(`${home}/${FILES["claude"]}`), existsSync(`${home}/${FILES["kimi"]}`)]).toEqual([
      true,
      true,
    ]);
  });

  test("through a symbolic link: the link stays, what it leads to is replaced with its mode", async () => {
    const { call, put, home, read } = person();
    const real = put("dotfiles/claude.json", "{}\n");
    chmodSync(real, 0o640);
    mkdirSync(`${home}/.claude`);
    symlinkSync("../dotfiles/claude.json", `${home}/.claude/settings.json`);
    await call("install", "claude");
    expect(readlinkSync(`${home}/.claude/settings.json`)).toBe("../dotfiles/claude.json");
    expect(read("dotfiles/claude.json")).toContain("agent hook claude");
    expect(statSync(real).mode & 0o777).toBe(0o640);
    expect(lstatSync(`${home}/.claude/settings.json`).isSymbolicLink()).toBe(true);
    await call("uninstall", "claude");
    expect(read("dotfiles/claude.json")).toBe("{}\n");
  });

  test.each([
    ["no JSON", `{"a": `, 7, "agent_file_unfit"],
    ["a list", "[]", 7, "agent_file_unfit"],
    ["hooks that are none", `{"hooks": []}`, 7, "agent_file_unfit"],
    ["an event that is no list", `{"hooks": {"Stop": {}}}`, 7, "agent_file_unfit"],
  ])("%s: refused, and unchanged", async (_what, text, status, code) => {
    const { call, put, read } = person();
    put(FILES["claude"] ?? "", text);
    const failed = await call("install", "claude", "--json");
    expect([failed.status, JSON.parse(failed.stderr).error.code]).toEqual([status, code]);
    expect(read(FILES["claude"] ?? "")).toBe(text);
  });

  test("read-only, no file, a link to nowhere, another user's: refused, and unchanged", async () => {
    const { call, put, home } = person();
    const refused = async (why: string) => {
      const failed = await call("install", "claude", "--json");
      expect(failed.status).toBe(6);
      expect(JSON.parse(failed.stderr).error).toMatchObject({
        code: "agent_file_refused",
        message: expect.stringContaining(why),
      });
    };
    const file = put(FILES["claude"] ?? "", "{}");
    chmodSync(file, 0o444);
    await refused("it is read-only");
    expect(readFileSync(file, "utf8")).toBe("{}");
    mkdirSync(`${home}/x`);
    const other = person();
    mkdirSync(`${other.home}/.claude/settings.json`, { recursive: true });
    expect((await other.call("install", "claude")).stderr).toContain("it is no regular file");
    const third = person();
    mkdirSync(`${third.home}/.claude`);
    symlinkSync("nowhere", `${third.home}/.claude/settings.json`);
    expect((await third.call("install", "claude")).stderr).toContain("leads nowhere");
    if (process.getuid?.() !== 0) return;
    // As root in somebody's home.
    const fourth = person();
    chownSync(fourth.home, 12345, 12345);
    expect((await fourth.call("install", "claude")).stderr).toContain("belongs to user 12345");
    expect(existsSync(`${fourth.home}/.claude`)).toBe(false);
  });

  test("an agent that nobody knows: refused with the list", async () => {
    const { call } = person();
    const failed = await call("install", "cluade");
    expect([failed.status, failed.stderr]).toEqual([
      2,
      expect.stringContaining("claude, codex, opencode, kilo, gemini, copilot, qwen, kimi"),
    ]);
    expect(failed.stderr).toContain(`Did you mean "claude"?`);
    expect((await call("install")).status).toBe(2);
    expect((await call("nonsense")).status).toBe(2);
  });

  test("a project's own file only with --project", async () => {
    const { call, home } = person();
    mkdirSync(`${home}/p/.git`, { recursive: true });
    mkdirSync(`${home}/p/deep`);
    const { env } = person();
    const done = await run([berth, "agent", "install", "claude", "--project", "--json"], {
      env: { ...env, HOME: home },
      cwd: `${home}/p/deep`,
    });
    expect(JSON.parse(done.stdout).files[0].path).toBe(`${home}/p/.claude/settings.json`);
    expect(existsSync(`${home}/.claude`)).toBe(false);
    expect((await call("install", "kimi", "--project")).status).toBe(2);
  });

  test("Kimi's file: its tables stay, and an older installation is replaced", async () => {
    const { call, put, read } = person();
    const text = `telemetry = false\n[[hooks]]\nevent = "Stop"\ncommand = "say done"`;
    const file = put(FILES["kimi"] ?? "", text);
    await call("install", "kimi");
    expect(read(FILES["kimi"] ?? "")).toStartWith(text);
    expect(Bun.TOML.parse(read(FILES["kimi"] ?? ""))).toMatchObject({ telemetry: false });
    writeFileSync(
      file,
      read(FILES["kimi"] ?? "").replaceAll("berth", "older-berth").replaceAll("# older-berth", "# berth"),
    );
    await call("install", "kimi");
    expect(read(FILES["kimi"] ?? "").match(/# berth: begin/g)?.length).toBe(1);
    await call("uninstall", "kimi");
    expect(read(FILES["kimi"] ?? "").trimEnd()).toBe(text);
    put(FILES["kimi"] ?? "", "hooks = []\n");
    expect((await call("install", "kimi")).status).toBe(7);
  });

  test("another berth's entries are replaced, and the first file comes back", async () => {
    const { call, put, read, home } = person();
    const text = `{\n  "a": 1\n}\n`;
    put(FILES["claude"] ?? "", text);
    await call("install", "claude");
    writeFileSync(`${home}/${FILES["claude"]}`, read(FILES["claude"] ?? "").replaceAll("exec ", "exec /old"));
    await call("install", "claude");
    expect(read(FILES["claude"] ?? "")).not.toContain("/old");
    expect(read(FILES["claude"] ?? "").match(/agent hook claude/g)?.length).toBe(15);
    await call("uninstall", "claude");
    expect(JSON.parse(read(FILES["claude"] ?? ""))).toEqual({ a: 1 });
  });
});

describe("berth agent install claude --worktrees", () => {
  const FILE = FILES["claude"] ?? "";
  const hooksIn = (text: string) => JSON.parse(text).hooks as Record<string, unknown[]>;

  test.each(Object.entries(DOCUMENTS))("%s: put in, kept, and taken out to the byte", async (_what, text) => {
    const { call, put, read } = person();
    put(FILE, text);
    const worktrees = async () =>
      JSON.parse((await call("status", "claude", "--json")).stdout).agents[0].worktrees;
    await call("install", "claude", "--worktrees");
    const now = read(FILE);
    for (const word of ["create", "remove"]) {
      expect(now.split(`exec ${berth} agent worktree-${word}'`).length).toBe(2);
    }
    expect(await worktrees()).toBe(true);
    // They stay, whether asked for again or not.
    await call("install", "claude");
    await call("install", "claude", "--worktrees");
    expect(read(FILE)).toBe(now);
    await call("uninstall", "claude");
    expect([read(FILE), await worktrees()]).toEqual([text, false]);
  });

  test("not without being asked for; added later, both go again", async () => {
    const { call, put, read } = person();
    const text = `{\n  "hooks": {\n    "WorktreeCreate": [${JSON.stringify(OTHER)}]\n  }\n}\n`;
    put(FILE, text);
    await call("install", "claude");
    expect(read(FILE)).not.toContain("agent worktree-");
    await call("install", "claude", "--worktrees");
    expect(hooksIn(read(FILE))["WorktreeCreate"]).toHaveLength(2);
    await call("uninstall", "claude");
    expect(read(FILE)).toBe(text);
  });

  test("a call that a person has put there stays the only one, and stays", async () => {
    const { call, put, read } = person();
    const byHand = { hooks: [{ type: "command", command: "berth agent worktree-create" }] };
    const text = `${JSON.stringify({ hooks: { WorktreeCreate: [byHand] } }, null, 2)}\n`;
    put(FILE, text);
    await call("install", "claude", "--worktrees");
    expect(hooksIn(read(FILE))["WorktreeCreate"]).toEqual([byHand]);
    expect(hooksIn(read(FILE))["WorktreeRemove"]).toHaveLength(1);
    await call("uninstall", "claude");
    expect(read(FILE)).toBe(text);
  });

  test("an older berth's are replaced", async () => {
    const { call, put, read } = person();
    put(FILE, `{\n  "a": 1\n}\n`);
    await call("install", "claude", "--worktrees");
    put(FILE, read(FILE).replaceAll("exec ", "exec /old"));
    await call("install", "claude");
    expect(read(FILE)).not.toContain("/old");
    expect(read(FILE).match(/agent worktree-create/g)?.length).toBe(1);
  });

  test("an agent that asks nobody for worktrees: refused", async () => {
    const { call } = person();
    const failed = await call("install", "codex", "--worktrees", "--json");
    expect([failed.status, JSON.parse(failed.stderr).error.code]).toEqual([2, "agent_no_worktrees"]);
  });
});

describe("Claude Code's plugin", () => {
  const PLUGIN = ".claude/skills/berth";
  const PARTS = [".claude-plugin/plugin.json", "hooks/hooks.json", ".mcp.json"].map((one) =>
    `${PLUGIN}/${one}`
  );
  const SETTINGS = FILES["claude"] ?? "";

  test("is made beside the settings, calls us without a shell's command, and goes again", async () => {
    const { call, put, read, home } = person();
    put(SETTINGS, `{ "theme": "dark" }`);
    put(".claude/skills/mine/SKILL.md", "mine");
    const made = JSON.parse((await call("install", "claude", "--plugin", "--json")).stdout).files;
    expect(made).toEqual(PARTS.map((part) => ({ path: join(home, part), change: "created" })));
    expect(read(SETTINGS)).toBe(`{ "theme": "dark" }`);
    const { hooks } = JSON.parse(read(PARTS[1] ?? ""));
    const [{ command, args }] = hooks.Stop[0].hooks;
    // As it is called, from a directory that is gone.
    const gone = join(home, "gone");
    const words = JSON.stringify([command, ...args.slice(0, 2), "printf", "%s ", ...args.slice(2)]);
    const shown = await run([
      process.execPath,
      "-e",
      `const fs = require("fs"); fs.mkdirSync(${JSON.stringify(gone)}); process.chdir(${
        JSON.stringify(gone)
      });
      fs.rmdirSync(${JSON.stringify(gone)}); const [program, ...rest] = ${words};
      process.stdout.write(require("child_process").execFileSync(program, rest));`,
    ]);
    expect(shown.stdout).toBe(`${berth} agent hook claude `);
    expect(JSON.parse(read(PARTS[2] ?? "")).mcpServers).toEqual({ berth: { command: berth, args: ["mcp"] } });
    const [status] = JSON.parse((await call("status", "claude", "--json")).stdout).agents;
    expect(status).toMatchObject({ installed: true, worktrees: false, file: join(home, PARTS[0] ?? "") });
    expect((await call("install", "claude")).stdout).toBe(
      PARTS.map((part) => `unchanged  ${join(home, part)}\n`).join(""),
    );
    await call("uninstall", "claude");
    expect(existsSync(join(home, PLUGIN))).toBe(false);
    expect(read(".claude/skills/mine/SKILL.md")).toBe("mine");
  });

  test("takes the place of what is in the settings, with the hooks for worktrees", async () => {
    const { call, put, read } = person();
    const text = `{\n  "hooks": {\n    "Stop": [${JSON.stringify(OTHER)}]\n  }\n}\n`;
    put(SETTINGS, text);
    await call("install", "claude", "--worktrees");
    await call("install", "claude", "--plugin");
    expect(read(SETTINGS)).toBe(text);
    expect(JSON.parse(read(PARTS[1] ?? "")).hooks.WorktreeCreate).toHaveLength(1);
    await call("install", "claude");
    expect(read(SETTINGS)).toBe(text);
    const [status] = JSON.parse((await call("status", "claude", "--json")).stdout).agents;
    expect(status).toMatchObject({ installed: true, worktrees: true });
  });

  test("an older berth's is replaced; what a person has put into it stays", async () => {
    const { call, put, read, home } = person();
    await call("install", "claude", "--plugin");
    for (const part of PARTS) put(part, read(part).replaceAll(berth, "/old/berth"));
    const edited = JSON.parse(read(PARTS[1] ?? ""));
    edited.hooks.Stop.unshift(OTHER);
    put(PARTS[1] ?? "", JSON.stringify(edited));
    await call("install", "claude");
    for (const part of PARTS) expect(read(part)).not.toContain("/old/berth");
    expect(JSON.parse(read(PARTS[1] ?? "")).hooks.Stop).toHaveLength(2);
    await call("uninstall", "claude");
    expect(JSON.parse(read(PARTS[1] ?? ""))).toEqual({ hooks: { Stop: [OTHER] } });
    expect(PARTS.map((part) => existsSync(join(home, part)))).toEqual([false, true, false]);
  });

  test.each([
    ["somebody else's", `{ "name": "berth", "author": { "name": "somebody" }, "skills": "./x" }`],
    ["no JSON", `{ "name": `],
  ])("a plugin there that is %s is left as it is", async (_what, text) => {
    const { call, put, read, home } = person();
    put(PARTS[0] ?? "", text);
    const failed = await call("install", "claude", "--plugin", "--json");
    expect([failed.status, JSON.parse(failed.stderr).error.code]).toEqual([7, "agent_file_unfit"]);
    await call("uninstall", "claude");
    expect(read(PARTS[0] ?? "")).toBe(text);
    expect(existsSync(join(home, PARTS[1] ?? ""))).toBe(false);
  });

  test("nothing is done with --dry-run; a project may have one; other agents have none", async () => {
    const { call, home } = person();
    await call("install", "claude", "--plugin", "--dry-run");
    expect(existsSync(join(home, PLUGIN))).toBe(false);
    mkdirSync(join(home, ".git"), { recursive: true });
    await call("install", "claude", "--plugin", "--project");
    expect(existsSync(join(home, PARTS[0] ?? ""))).toBe(true);
    const failed = await call("install", "codex", "--plugin", "--json");
    expect([failed.status, JSON.parse(failed.stderr).error.code]).toEqual([2, "agent_no_plugin"]);
  });
});

test("taken out: wherever ours stand among others, and however the file is laid out", () => {
  const OURS = { hooks: [{ type: "command", command: hookCommand("/b/berth", ["claude"], false) }] };
  const lists = fc.dictionary(
    fc.constantFrom("Stop", "SessionStart", "Notification"),
    fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
  );
  fc.assert(
    fc.property(lists, fc.constantFrom("", " ", "  ", "\t"), fc.boolean(), (found, indent, theirs) => {
      const hooks = Object.fromEntries(
        Object.entries(found).map(([event, list]) => [event, list.map((ours) => ours ? OURS : OTHER)]),
      );
      const rest = Object.fromEntries(
        Object.entries(hooks).map(([event, list]) => [event, list.filter((one) => one !== OURS)] as const)
          .filter(([, list]) => list.length > 0),
      );
      const text = JSON.stringify(theirs ? { theme: "dark", hooks } : { hooks }, null, indent);
      const left = JSON.parse(claude.installation.remove(text) ?? "null");
      const wanted = Object.keys(rest).length === 0 && Object.keys(hooks).length > 0 ? {} : { hooks: rest };
      expect(left).toEqual(theirs ? { theme: "dark", ...wanted } : wanted);
    }),
    { numRuns: 300 },
  );
});

describe("the command", () => {
  test("any path of berth survives the shell, and is known again", async () => {
    const paths = fc.string({
      unit: fc.constantFrom("a", "/", " ", "'", `"`, "$", "`", "\\", "!", "é", "\n", ";", "#", "*"),
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(paths, async (path) => {
        const command = hookCommand(`${path}x`, ["claude"], false);
        expect(isHookCommand(command, "claude")).toBe(true);
        expect(isHookCommand(command, "codex")).toBe(false);
        expect(commandOf(agentCall(`${path}x`, ["hook", "claude"], false))).toBe(command);
        // Instead of becoming it, print what would be called.
        const shown = command.replace("exec ", "printf %s\\\\0 ");
        expect((await run(["sh", "-c", shown])).stdout.split("\0").slice(0, -1)).toEqual([
          `${path}x`,
          "agent",
          "hook",
          "claude",
        ]);
      }),
      { numRuns: 40 },
    );
  });
});
