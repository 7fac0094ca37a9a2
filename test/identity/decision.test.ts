import { describe, expect, test } from "bun:test";
import { known, unknown } from "../../src/facts/facts.ts";
import { bindingOf, formatBinding } from "../../src/identity/binding.ts";
import { decide, Machine, RANDOM, sha256 } from "../support/machine.ts";

const BOOT = "00000000-1111-2222-3333-444444444444";
const FIRST = "pid:[4026531836]";
const PTS = "/dev/pts/3";

/** A terminal emulator with a shell, PID 100, in it. */
const emulator = () => new Machine().add(90, 1, "xterm").shell(100, "bash", PTS, 90);

/** What has to be named by the ID of an anchor. */
const anchorHash = (pid: number, start: string, tty = PTS, namespace = FIRST) =>
  sha256([BOOT, namespace, tty, pid, start].join(":"));

describe("given outright:", () => {
  test("the option stands above the variable, and looks at nothing else", () => {
    const facts = {
      ...emulator().facts(100, { BERTH_SESSION: "from-env" }),
      process: () => {
        throw new Error("The process table was read");
      },
    };
    expect(decide(facts, { label: "my-session" })).toMatchObject({
      id: "ex--my-session_01",
      source: "explicit-flag",
      stable: true,
      anchor: null,
    });
  });

  test("a bad label is an error and no other row's turn", () => {
    expect(() => decide(emulator().facts(100), { label: "" })).toThrow("empty");
    expect(() => decide(emulator().facts(100, { BERTH_SESSION: "a--" }))).toThrow("empty");
  });
});

describe("the terminal:", () => {
  test("its leader is the anchor, and boot, namespace, terminal, PID and start time make the ID", () => {
    const answer = emulator().ask(100);
    expect(answer).toMatchObject({ source: "deep-anchor", stable: true });
    expect(answer.anchor?.pid).toBe(100);
    expect(answer.id).toBe(`anchor--${anchorHash(100, answer.anchor?.start ?? "")}`);
  });

  test("scripts, make and shells in the shell are the same terminal", () => {
    const id = emulator().ask(100).id;
    const machine = emulator().add(110, 100, "make").add(111, 110, "sh", { argv: ["sh", "-c", "x"] })
      .add(112, 111, "npm run x").add(113, 112, "bash", { argv: ["bash", "-i"] });
    for (const parent of [110, 111, 112, 113]) expect(machine.ask(parent).id).toBe(id);
  });

  test("a new session without a terminal finds the one that it came from", () => {
    const machine = emulator().add(110, 100, "agent").add(111, 110, "bash", {
      sid: 111,
      tty: null,
      argv: ["bash", "-c", "x"],
    });
    expect(machine.ask(111).id).toBe(emulator().ask(100).id);
  });

  test("another boot, namespace, PID, start time or terminal is another ID", () => {
    const ids = new Set([emulator().ask(100).id]);
    const other = (change: (machine: Machine) => void) => {
      const machine = emulator();
      change(machine);
      ids.add(machine.ask(100).id);
    };
    other((machine) => machine.boot = known("another-boot"));
    other((machine) => machine.pidNamespace = known("pid:[4026532000]"));
    other((machine) => machine.change(100, { start: "25" }));
    other((machine) => machine.change(100, { tty: "/dev/pts/4" }));
    ids.add(new Machine().add(90, 1, "xterm").shell(101, "bash", PTS, 90).ask(101).id);
    expect(ids.size).toBe(6);
  });

  test("without a boot ID nothing is stable, since PID and start time come again", () => {
    const machine = emulator();
    machine.boot = unknown("ENOENT");
    expect(machine.ask(100)).toMatchObject({ source: "uuid-fallback", stable: false, id: `uuid--${RANDOM}` });
  });

  test("a shell that lets its last command take its place is known by what it was: that command stands for itself", () => {
    const machine = new Machine().add(90, 1, "xterm")
      .add(110, 90, "bash", { sid: 110, tty: PTS, argv: ["bash", "-c", "a; b"], start: 25 });
    const before = machine.ask(110);
    const after = new Machine().add(90, 1, "xterm").ask(90, {}, {
      pid: 110,
      sid: 110,
      tty: PTS,
      start: 25,
    });
    expect(before.anchor?.pid).toBe(110);
    expect(after).toMatchObject({ id: before.id, source: "deep-anchor", stable: true });
  });
});

describe("relays (known programs):", () => {
  test.each([["sudo"], ["script"], ["rlwrap"], ["asciinema"], ["expect"]])(
    "a shell under %s is the outer terminal",
    (name) => {
      const machine = emulator().add(110, 100, name).shell(111, "bash", "/dev/pts/9", 110);
      expect(machine.ask(111).id).toBe(emulator().ask(100).id);
    },
  );

  test("a relay in a relay", () => {
    const machine = emulator().add(110, 100, "script").shell(111, "bash", "/dev/pts/8", 110)
      .add(112, 111, "sudo").add(113, 112, "sudo", { sid: 113, tty: "/dev/pts/9" }).add(114, 113, "bash");
    expect(machine.ask(114).id).toBe(emulator().ask(100).id);
  });

  test("one of the user's own", () => {
    const machine = emulator().add(110, 100, "recorder").shell(111, "bash", "/dev/pts/9", 110);
    expect(machine.ask(111).anchor?.pid).toBe(111);
    expect(machine.ask(111, { BERTH_EXTRA_RELAYS: "x:recorder" }).anchor?.pid).toBe(100);
  });

  test("a relay without a terminal carries none", () => {
    const machine = new Machine().add(95, 1, "cron").add(110, 95, "script").shell(
      111,
      "bash",
      "/dev/pts/9",
      110,
    );
    expect(machine.ask(111).anchor?.pid).toBe(111);
  });
});

test("a relay is known by what it was called as or what it runs, where the kernel's name is a script's or a link's", () => {
  const script = emulator().add(110, 100, "login.exp", { argv: ["/usr/bin/expect", "-f", "./login.exp"] })
    .shell(111, "bash", "/dev/pts/9", 110);
  expect(script.ask(111).anchor?.pid).toBe(100);
  const link = emulator().add(110, 100, "rec", { argv: ["rec"], exe: "script" })
    .shell(111, "bash", "/dev/pts/9", 110);
  expect(link.ask(111).anchor?.pid).toBe(100);
});

describe("terminals made for one command:", () => {
  const agent = () => emulator().add(110, 100, "agent");

  test.each([
    [["bash", "-c", "x"]],
    [["bash", "-lc", "x"]],
    [["bash", "script.sh"]],
    [["bash", "-e", "script.sh"]],
  ])("%p in a terminal of its own belongs to its maker's", (argv) => {
    const machine = agent().add(111, 110, "bash", { sid: 111, tty: "/dev/pts/9", argv });
    expect(machine.ask(111).anchor?.pid).toBe(100);
  });

  test("a program, ourselves, a terminal in a terminal, one below a session without any", () => {
    const own = agent().add(111, 110, "node", { sid: 111, tty: "/dev/pts/9" });
    expect(own.ask(111).anchor?.pid).toBe(100);
    expect(agent().ask(110, {}, { sid: 900_004, tty: "/dev/pts/9" }).anchor?.pid).toBe(100);
    const nested = own.add(112, 111, "sh", { sid: 112, tty: "/dev/pts/10", argv: ["sh", "-c", "x"] });
    expect(nested.ask(112).anchor?.pid).toBe(100);
    const detached = agent().add(111, 110, "node", { sid: 111, tty: null })
      .add(112, 111, "sh", { sid: 112, tty: "/dev/pts/9", argv: ["sh", "-c", "x"] });
    expect(detached.ask(112).anchor?.pid).toBe(100);
  });

  test("a shell that somebody types at is a new terminal, under whatever it runs", () => {
    const machine = agent().shell(111, "bash", "/dev/pts/9", 110);
    expect(machine.ask(111).anchor?.pid).toBe(111);
  });

  test("a shell whose arguments nobody may read is one", () => {
    const machine = agent().add(111, 110, "bash", { sid: 111, tty: "/dev/pts/9", hidden: true });
    expect(machine.ask(111).anchor?.pid).toBe(111);
  });

  test.each([
    ["x-terminal-emul", ["x-terminal-emulator"], "xterm"],
    ["x-terminal-emul", ["python3", "/usr/bin/x-terminal-emulator"], "python3.11"],
    ["term", ["/usr/bin/kitty"], "python3"],
    [".kitty-wrapped", ["kitty"], ".kitty-wrapped"],
    [".alacritty-wrap", ["/nix/alacritty"], ".alacritty-wrapped"],
    [".gnome-terminal", ["gnome-terminal-server"], ".gnome-terminal-server-wrapped"],
  ])("whatever runs directly below %s, called as %p and running %s, is a terminal", (name, argv, exe) => {
    const machine = emulator().add(110, 100, name, { argv, exe })
      .add(111, 110, "sh", { sid: 111, tty: "/dev/pts/9", argv: ["sh", "-c", "x"] });
    expect(machine.ask(111).anchor?.pid).toBe(111);
  });

  test.each([["emacs"], ["code"], ["zed-editor"], ["idea"], ["nvim"]])(
    "%s makes terminals for people and for one command: what runs inside tells",
    (name) => {
      const machine = emulator().add(110, 100, name).add(111, 110, "sh", {
        sid: 111,
        tty: "/dev/pts/9",
        argv: ["sh", "-c", "x"],
      }).shell(112, "zsh", "/dev/pts/10", 110);
      expect(machine.ask(111).anchor?.pid).toBe(100);
      expect(machine.ask(112).anchor?.pid).toBe(112);
      // Started from a desktop it has no terminal of its own.
      const desktop = new Machine().add(50, 1, "gnome-shell").add(110, 50, name).add(111, 110, "sh", {
        sid: 111,
        tty: "/dev/pts/9",
        argv: ["sh", "-c", "x"],
      });
      expect(desktop.ask(111).anchor?.pid).toBe(110);
    },
  );

  test("a shell that split in two for a command is its parent's, one that was started is not", () => {
    const argv = ["zsh", "-f", "-i"];
    const machine = () => new Machine().add(90, 1, "xterm").add(100, 90, "zsh", { sid: 100, tty: PTS, argv });
    const zpty = machine().add(111, 100, "zsh", { sid: 111, tty: "/dev/pts/9", argv });
    expect(zpty.ask(111).anchor?.pid).toBe(100);
    const other = machine().add(111, 100, "zsh", { sid: 111, tty: "/dev/pts/9", argv: ["zsh", "-i"] });
    expect(other.ask(111).anchor?.pid).toBe(111);
  });

  test.each([["xterm"], ["alacritty"], ["gnome-terminal-"], ["tmux: server"], ["sshd"], ["login"], [
    "SCREEN",
  ]])(
    "whatever runs directly below %s is a terminal",
    (name) => {
      const machine = emulator().add(110, 100, name).add(111, 110, "vim", { sid: 111, tty: "/dev/pts/9" });
      expect(machine.ask(111).anchor?.pid).toBe(111);
    },
  );

  test("a program that only begins like a multiplexer is none", () => {
    const machine = emulator().add(110, 100, "screenshot-tool")
      .add(111, 110, "node", { sid: 111, tty: "/dev/pts/9" });
    expect(machine.ask(111).anchor?.pid).toBe(100);
  });

  test("with nothing further out that has a terminal it is its maker's job", () => {
    const machine = new Machine().add(40, 1, "cron").add(60, 40, "sh", { sid: 60, tty: null })
      .add(90, 60, "script").add(111, 90, "sh", { sid: 111, tty: PTS, argv: ["sh", "-c", "x"] })
      .add(91, 60, "agent").add(112, 91, "node", { sid: 112, tty: "/dev/pts/4" });
    const { id } = machine.ask(60);
    expect(machine.ask(111)).toMatchObject({ id, stable: true });
    expect(machine.ask(112).id).toBe(id);
    expect(machine.ask(91, {}, { sid: 900_006, tty: "/dev/pts/5" }).id).toBe(id);
    // Somebody types there.
    expect(machine.shell(113, "bash", "/dev/pts/6", 90).ask(113).anchor?.pid).toBe(113);
  });

  test.each([["gnome-shell"], ["plasmashell"], ["xinit"], ["systemd"]])(
    "below %s it stands, since its maker may be a terminal emulator that nobody knows",
    (desktop) => {
      const machine = new Machine().add(50, 1, desktop).add(90, 50, "nobody-knows")
        .add(111, 90, "vim", { sid: 111, tty: PTS }).add(112, 90, "vim", { sid: 112, tty: "/dev/pts/4" });
      expect([machine.ask(111).anchor?.pid, machine.ask(112).anchor?.pid]).toEqual([111, 112]);
    },
  );
});

test.each([["xterm", "xterm"], ["terminator", "/usr/bin/python3"]])(
  "a terminal of %s that root took away is still that of its first process",
  (name, called) => {
    const machine = emulator().add(50, 100, name, { sid: 50, tty: null, argv: [called, name] })
      .add(60, 50, "less", { sid: 60, tty: null }).terminal("/proc/60/fd/0", {
        tty: "/dev/pts/8",
        within: "0:24",
      });
    expect(machine.ask(60).anchor).toMatchObject({ pid: 60, tty: "/dev/pts/8" });
  },
);

test.each([
  ["supervisord", "/usr/bin/python3", 60],
  ["qtile", "/usr/bin/python3.11", 60],
  ["jenkins-agent", "/bin/sh", 60],
  // Somebody's own script, which is called after what it starts.
  ["cron", "/bin/sh", 40],
])("%s, which %s runs, starts jobs where the real one is a script too", (name, interpreter, anchor) => {
  const machine = new Machine().add(40, 1, "backup", { sid: 40 })
    .add(50, 40, name, { sid: 50, argv: [interpreter, `/usr/bin/${name}`] }).add(60, 50, "job", { sid: 60 });
  expect(machine.ask(60).anchor?.pid).toBe(anchor);
});

describe("the leader cannot be seen:", () => {
  test("the outermost process of its session stands for it", () => {
    const machine = new Machine("sh").add(10, 0, "bash", { sid: 0, tty: PTS }).add(11, 10, "make").add(
      12,
      11,
      "sh",
    );
    expect(machine.ask(12).anchor?.pid).toBe(10);
    expect(machine.ask(10).anchor?.pid).toBe(10);
  });

  test("a leader that is gone, and a PID that was given to somebody else", () => {
    const gone = emulator().add(110, 100, "nohup.sh").add(111, 110, "make").end(100);
    expect(gone.ask(111).anchor?.pid).toBe(110);
    const taken = gone.add(100, 1, "other", { sid: 100, tty: "/dev/pts/7" });
    expect(taken.ask(111).anchor?.pid).toBe(110);
  });

  test("we alone stand for nobody who comes after us", () => {
    const machine = emulator().end(100);
    expect(machine.ask(1, {}, { sid: 100, tty: PTS })).toMatchObject({
      source: "deep-anchor",
      stable: false,
    });
  });

  test("a parent younger than its child ends the chain", () => {
    const machine = emulator().add(110, 100, "sh").change(100, { start: "99999" });
    expect(machine.ask(110).chain.map(({ pid }) => pid)).not.toContain(100);
  });

  test("a chain that leads round ends", () => {
    const machine = new Machine().add(50, 51, "a", { start: 5 }).add(51, 50, "b", { start: 5 });
    expect(machine.ask(50).chain.length).toBeLessThanOrEqual(100);
  });
});

describe("without a terminal:", () => {
  const job = () =>
    new Machine().add(40, 1, "cron").add(50, 40, "cron", { sid: 40 }).add(60, 50, "sh", { sid: 60 });

  test("the outermost process below whoever starts jobs", () => {
    const machine = job().add(61, 60, "make").add(62, 61, "sh");
    expect(machine.ask(62).anchor?.pid).toBe(60);
    expect(machine.ask(60).anchor?.pid).toBe(60);
  });

  test("two jobs are two", () => {
    const machine = job().add(70, 50, "sh", { sid: 70 });
    expect(machine.ask(60).id).not.toBe(machine.ask(70).id);
  });

  test("wrappers never stand for a job", () => {
    const machine = new Machine().add(40, 1, "cron").add(60, 40, "timeout").add(61, 60, "env").add(
      62,
      61,
      "sh",
    );
    expect(machine.ask(62).anchor?.pid).toBe(62);
    const link = new Machine().add(40, 1, "cron").add(60, 40, "limit", { argv: ["limit"], exe: "timeout" })
      .add(61, 60, "sh");
    expect(link.ask(61).anchor?.pid).toBe(61);
  });

  test("a command that is all of its job stands for itself, as a shell may have been replaced by it, but not for long", () => {
    const cron = () => new Machine().add(40, 1, "cron");
    const shell = cron().add(110, 40, "bash", { argv: ["bash", "-c", "a; b"], start: 25 });
    const before = shell.ask(110);
    const after = cron().ask(40, {}, { pid: 110, start: 25 });
    expect(before).toMatchObject({ source: "deep-anchor", stable: true });
    expect(after).toMatchObject({ id: before.id, source: "deep-anchor", stable: false });
    expect(cron().add(60, 40, "nohup").ask(60)).toMatchObject({ source: "deep-anchor", stable: false });
  });

  test("in a container the namespace's PID 1 stands for what is directly below it, on the machine nothing does", () => {
    const container = new Machine("sleep");
    container.pidNamespace = known("pid:[4026532999]");
    expect(container.ask(1).anchor?.pid).toBe(1);
    expect(new Machine("init").ask(1)).toMatchObject({ source: "deep-anchor", stable: false });
  });

  test("a command that is put into a container from outside belongs to the container", () => {
    const container = new Machine("sleep");
    container.pidNamespace = known("pid:[4026532999]");
    expect(container.ask(0, {}, { sid: 0, tty: null }).anchor?.pid).toBe(1);
    const shell = container.add(20, 0, "sh", { sid: 0, tty: null, argv: ["sh", "-c", "x"] });
    // Its last command takes its place, and is then as alone as the one above.
    expect(shell.ask(20).anchor?.pid).toBe(1);
  });

  test("twin containers are two", () => {
    const twin = (inode: number) => {
      const machine = new Machine("sleep");
      machine.pidNamespace = known(`pid:[${inode}]`);
      return machine.ask(1).id;
    };
    expect(twin(4026532001)).not.toBe(twin(4026532002));
  });

  test("a server that runs in the foreground of a terminal starts jobs, not commands of that terminal", () => {
    const machine = emulator().add(110, 100, "cron").add(111, 110, "sh", { sid: 111 });
    expect(machine.ask(111).anchor?.pid).toBe(111);
  });

  test("with no process table at all the ID is a random one", () => {
    const facts = { ...new Machine().facts(0), process: () => unknown("ENOENT") };
    expect(decide(facts)).toMatchObject({ source: "uuid-fallback", chain: [], stable: false });
  });
});

describe("tmux:", () => {
  const TMUX = "/tmp/tmux-0/default,80,0";
  const pane = {
    session: "$0",
    window: "@1",
    pane: "%2",
    serverPid: 80,
    serverStart: "1700000000",
    paneTty: PTS,
    socket: "/tmp/tmux-0/default",
  };
  const variables = { TMUX, TMUX_PANE: "%2" };
  const server = () =>
    new Machine().add(80, 1, "tmux: server", { sid: 80, tty: null }).shell(100, "bash", PTS, 80, variables)
      .tmux("%2", "/tmp/tmux-0/default", pane).tmux("$0", "/tmp/tmux-0/default", pane);

  test("the session of the pane, when the pane is the terminal that we are on", () => {
    const answer = server().ask(100, variables);
    expect(answer.source).toBe("tmux");
    expect(answer.id).toMatch(/^tmux--[0-9a-f]{64}$/);
    expect(answer.hints).toEqual([{ name: "TMUX", verdict: "believed", reason: `its pane is on ${PTS}` }]);
  });

  test("every part of a server and its session counts", () => {
    const ids = new Set<string>();
    const change = (changes: Partial<typeof pane>) => {
      const machine = server().tmux("%2", "/tmp/tmux-0/default", { ...pane, ...changes });
      ids.add(machine.ask(100, variables).id);
    };
    change({});
    change({ session: "$1" });
    change({ serverPid: 81 });
    change({ serverStart: "1700000001" });
    change({ socket: "/tmp/tmux-0/other" });
    expect(ids.size).toBe(5);
    // A window that was moved, a pane that was broken out: the session alone counts.
    change({ window: "@9", pane: "%9" });
    expect(ids.size).toBe(5);
  });

  test("scopes: three IDs, stable each, pane within window within session", () => {
    const facts = server().add(200, 100, "berth").facts(200, variables);
    const other = server().tmux("%2", "/tmp/tmux-0/default", { ...pane, pane: "%3" }).add(200, 100, "berth");
    const ids = (["session", "window", "pane"] as const).map((scope) => decide(facts, { scope }).id);
    const others = (["session", "window", "pane"] as const).map((scope) =>
      decide(other.facts(200, variables), { scope }).id
    );
    expect(new Set(ids).size).toBe(3);
    expect(others.slice(0, 2)).toEqual(ids.slice(0, 2));
    expect(others[2]).not.toBe(ids[2]);
  });

  test("taken from an ancestor's environment where our own was stripped", () => {
    const machine = server().add(110, 100, "sudo").add(111, 110, "bash", { sid: 111, tty: "/dev/pts/9" });
    expect(machine.ask(111).id).toBe(server().ask(100, variables).id);
  });

  test("without TMUX_PANE the session of TMUX is asked for", () => {
    expect(server().ask(100, { TMUX }).id).toBe(server().ask(100, variables).id);
  });

  test("a popup and a run-shell job are the session too", () => {
    const id = server().ask(100, variables).id;
    const popup = server().shell(120, "bash", "/dev/pts/7", 80);
    expect(popup.ask(120, variables).id).toBe(id);
    const job = server().add(121, 80, "sh", { sid: 121, tty: null });
    expect(job.ask(121, variables).id).toBe(id);
  });

  test("inherited by a terminal emulator that was started from a pane: passed over", () => {
    const machine = server().add(130, 100, "xterm").shell(131, "bash", "/dev/pts/8", 130);
    const answer = machine.ask(131, variables);
    expect(answer.source).toBe("deep-anchor");
    expect(answer.anchor?.pid).toBe(131);
    expect(answer.hints).toEqual([
      { name: "TMUX", verdict: "passed over", reason: `inherited: its pane is on ${PTS}` },
    ]);
  });

  test.each([
    [{ TMUX: "garbage" }, "not of the form socket,pid,session"],
    [{ TMUX: "/other,1,2" }, "stale: the server gives no answer (not in the recording)"],
  ])("%p is passed over: %s; what the server gave the pane's shell counts", (own, reason) => {
    const answer = server().ask(100, own);
    expect(answer).toMatchObject({ source: "tmux", id: server().ask(100, variables).id });
    expect(answer.hints).toEqual([
      { name: "TMUX", verdict: "passed over", reason },
      { name: "TMUX", verdict: "believed", reason: `its pane is on ${PTS}` },
    ]);
  });

  test("another pane's TMUX_PANE does not count, though the server opened this terminal too", () => {
    const other = { ...pane, session: "$9", pane: "%9", paneTty: "/dev/pts/9" };
    const machine = server().tmux("%9", "/tmp/tmux-0/default", other);
    expect(machine.ask(100, { TMUX, TMUX_PANE: "%9" }).id).toBe(server().ask(100, variables).id);
  });
});

describe("screen and zellij:", () => {
  const inScreen = (pid = 80) =>
    new Machine().add(pid, 1, "screen", { sid: pid, tty: null }).shell(100, "bash", PTS, pid, {
      STY: `${pid}.pts`,
    });

  test("the server that opened the terminal, by PID and start time and not by its name", () => {
    const machine = inScreen();
    const answer = machine.ask(100, { STY: "80.pts-1.host" });
    expect(answer.source).toBe("screen");
    expect(machine.ask(100, { STY: "80.renamed" }).id).toBe(answer.id);
    const second = machine.shell(101, "zsh", "/dev/pts/5", 80);
    expect(second.ask(101, { STY: "80.x" }).id).toBe(answer.id);
    expect(inScreen(81).ask(100, { STY: "81.pts-1.host" }).id).not.toBe(answer.id);
  });

  test("stripped by sudo it is taken from the window's shell", () => {
    const machine = inScreen().add(110, 100, "sudo").add(111, 110, "bash");
    expect(machine.ask(111).id).toBe(machine.ask(100, { STY: "80.x" }).id);
  });

  test.each([["garbage"], [".x"], ["0.x"], ["-1.x"], ["1.x"], ["999.x"], ["80"], ["99999999999.x"]])(
    "STY %j is passed over; the server that is there counts",
    (STY) => {
      const answer = inScreen().ask(100, { STY });
      expect(answer).toMatchObject({ source: "screen", id: inScreen().ask(100, { STY: "80.x" }).id });
      expect(answer.hints[0]?.verdict).toBe("passed over");
    },
  );

  test("inherited by a terminal that was started from a window: passed over", () => {
    const machine = inScreen().add(130, 100, "xterm").shell(131, "bash", "/dev/pts/8", 130);
    expect(machine.ask(131, { STY: "80.x" }).anchor?.pid).toBe(131);
    expect(machine.ask(131, { STY: "80.x" }).source).toBe("deep-anchor");
  });

  test("without a boot ID a server is nobody that can be told from the next one", () => {
    const machine = inScreen();
    machine.boot = unknown("EACCES");
    expect(machine.ask(100, { STY: "80.x" }).source).toBe("uuid-fallback");
  });

  test("zellij's server opened the terminal, whatever its session is called", () => {
    const machine = new Machine().add(80, 1, "zellij", { sid: 80, tty: null }).shell(100, "fish", PTS, 80);
    const answer = machine.ask(100, { ZELLIJ_SESSION_NAME: "one" });
    expect(answer.source).toBe("zellij");
    expect(machine.ask(100, { ZELLIJ_SESSION_NAME: "two" }).id).toBe(answer.id);
    expect(machine.ask(100).source).toBe("deep-anchor");
    expect(emulator().ask(100, { ZELLIJ_SESSION_NAME: "one" }).source).toBe("deep-anchor");
  });

  test("screen inside of tmux is screen", () => {
    const machine = new Machine().add(70, 1, "tmux: server", { sid: 70, tty: null }).shell(
      75,
      "bash",
      "/dev/pts/1",
      70,
    )
      .add(80, 1, "SCREEN", { sid: 80, tty: null }).shell(100, "bash", PTS, 80)
      .tmux("%0", "/s", {
        session: "$0",
        window: "@0",
        pane: "%0",
        serverPid: 70,
        serverStart: "1",
        paneTty: "/dev/pts/1",
        socket: "/s",
      });
    expect(machine.ask(100, { TMUX: "/s,70,0", TMUX_PANE: "%0", STY: "80.x" }).source).toBe("screen");
  });
});

describe("SSH:", () => {
  const SSH_CONNECTION = "192.0.2.1 50000 192.0.2.2 22";
  const login = () =>
    new Machine().add(30, 1, "sshd").add(31, 30, "sshd-session").shell(100, "bash", PTS, 31);

  test("a login is known by its own terminal, with the variable and without", () => {
    const answer = login().ask(100, { SSH_CONNECTION });
    expect(answer).toMatchObject({
      source: "ssh-env",
      id: `ssh--${anchorHash(100, answer.anchor?.start ?? "")}`,
    });
    expect(login().ask(100)).toMatchObject({ source: "ssh-ancestor", id: answer.id });
    expect(login().ask(100, { SSH_CLIENT: "192.0.2.1 50000 22" })).toMatchObject({
      source: "ssh-env",
      id: answer.id,
    });
  });

  test("two terminals over one connection are two", () => {
    const machine = login().shell(101, "bash", "/dev/pts/4", 31);
    expect(machine.ask(100, { SSH_CONNECTION }).id).not.toBe(machine.ask(101, { SSH_CONNECTION }).id);
  });

  test("without a terminal the connection, known by its server's process, is the session", () => {
    const machine = login().add(110, 31, "sh", { sid: 110, tty: null }).add(120, 31, "sh", {
      sid: 120,
      tty: null,
    })
      .add(32, 30, "sshd-session").add(130, 32, "sh", { sid: 130, tty: null });
    const answer = machine.ask(110, { SSH_CONNECTION });
    expect(answer).toMatchObject({ source: "ssh-env", anchor: { pid: 31 } });
    expect(machine.ask(120, { SSH_CONNECTION }).id).toBe(answer.id);
    // `env -i` takes the variable away, and an address comes again.
    expect(machine.ask(120)).toMatchObject({ source: "ssh-ancestor", id: answer.id });
    expect(machine.ask(130, { SSH_CONNECTION }).id).not.toBe(answer.id);
    expect(answer.id).not.toBe(login().ask(100, { SSH_CONNECTION }).id);
  });

  test.each([[SSH_CONNECTION], ["2001:db8::1 50001 fe80::1%eth0 22"], ["UNKNOWN 65535 UNKNOWN 65535"]])(
    "%s names a connection",
    (value) => expect(login().ask(100, { SSH_CONNECTION: value }).source).toBe("ssh-env"),
  );

  test("the variable alone is inherited and proves nothing", () => {
    const answer = emulator().ask(100, { SSH_CONNECTION });
    expect(answer.source).toBe("deep-anchor");
    expect(answer.hints[0]).toMatchObject({ name: "SSH_CONNECTION", verdict: "passed over" });
  });

  test("a terminal emulator started from a login is no login", () => {
    const machine = login().add(130, 100, "xterm").shell(131, "bash", "/dev/pts/8", 130);
    expect(machine.ask(131, { SSH_CONNECTION }).source).toBe("deep-anchor");
  });

  test.each([["x"], ["a b c d"], ["1.2.3.4 1 1.2.3.4"], ["-t 1 -t 2"], ["1.2.3.4 1 1.2.3.4 22\n"], [
    "x".repeat(100_000),
  ]])(
    "SSH_CONNECTION %j does not name a connection, and the login is known without it",
    (value) => {
      const answer = login().ask(100, { SSH_CONNECTION: value });
      expect(answer).toMatchObject({ source: "ssh-ancestor", id: login().ask(100).id });
    },
  );

  test("sudo and su in a login are the login", () => {
    const machine = login().add(110, 100, "sudo").add(111, 110, "sudo", { sid: 111, tty: "/dev/pts/9" })
      .add(112, 111, "bash");
    expect(machine.ask(112).id).toBe(login().ask(100, { SSH_CONNECTION }).id);
  });
});

describe("berth use:", () => {
  const bind = (machine: Machine, pid = 100) => {
    const facts = machine.facts(pid);
    const process = facts.process(pid);
    if (!process.ok) throw new Error(process.why);
    return formatBinding(bindingOf(facts, process.value, machine.ask(pid).id));
  };

  test("counts in the terminal that it is bound to, above everything found", () => {
    const BERTH_SESSION_BIND = bind(emulator());
    const answer = emulator().ask(100, { BERTH_USE: "mine", BERTH_SESSION_BIND });
    expect(answer).toMatchObject({ source: "use", stable: true });
    expect(answer.id).toBe(decide(emulator().facts(100), { label: "mine" }).id);
  });

  test("and below what is given outright", () => {
    const BERTH_SESSION_BIND = bind(emulator());
    const answer = emulator().ask(100, { BERTH_SESSION: "yours", BERTH_USE: "mine", BERTH_SESSION_BIND });
    expect(answer.source).toBe("explicit-env");
  });

  test.each<[string, (machine: Machine) => Machine]>([
    ["another PID", () => new Machine().add(90, 1, "xterm").shell(101, "bash", PTS, 90)],
    ["another start time", (machine) => machine.change(100, { start: "25" })],
    ["another terminal", (machine) => machine.change(100, { tty: "/dev/pts/4" })],
    ["another boot", (machine) => Object.assign(machine, { boot: known("another-boot") })],
    ["another namespace", (machine) => Object.assign(machine, { pidNamespace: known("pid:[1]") })],
  ])("inherited to %s it is passed over", (_, change) => {
    const BERTH_SESSION_BIND = bind(emulator());
    const machine = change(emulator());
    const shell = machine.facts(101).process(101).ok ? 101 : 100;
    const answer = machine.ask(shell, { BERTH_USE: "mine", BERTH_SESSION_BIND });
    expect(answer.source).toBe("deep-anchor");
    expect(answer.hints[0]).toMatchObject({ name: "BERTH_USE", verdict: "passed over" });
  });

  test.each([[undefined], [""], ["garbage"], ["1,2,3"]])(
    "with the binding %p it is passed over",
    (binding) => {
      const variables = { BERTH_USE: "mine", ...binding ? { BERTH_SESSION_BIND: binding } : {} };
      expect(emulator().ask(100, variables).source).toBe("deep-anchor");
    },
  );

  test("a label that cannot be one is passed over and stops nobody", () => {
    const BERTH_SESSION_BIND = bind(emulator());
    expect(emulator().ask(100, { BERTH_USE: "a\nb", BERTH_SESSION_BIND }).source).toBe("deep-anchor");
  });

  test("taken from an ancestor's environment together with its binding", () => {
    const env = { BERTH_USE: "mine", BERTH_SESSION_BIND: bind(emulator()) };
    const machine = emulator().add(110, 100, "make", { env }).add(111, 110, "sudo");
    expect(machine.ask(111).source).toBe("use");
    // A binding of our own does not vouch for what somebody else's environment holds.
    const foreign = emulator().add(110, 100, "make", { env: { BERTH_USE: "mine" } });
    expect(foreign.ask(110, { BERTH_SESSION_BIND: bind(emulator()) }).source).toBe("deep-anchor");
  });

  describe("what a leader leaves behind", () => {
    const left = () => emulator().add(110, 100, "nohup.sh", { sid: 100 }).end(100);
    const variables = () => ({ BERTH_SESSION_BIND: bind(emulator()) });

    test("keeps the ID, while the terminal is there and when it is gone", () => {
      const id = emulator().ask(100).id;
      expect(left().ask(110, variables()).id).toBe(id);
      expect(left().change(110, { tty: null }).ask(110, variables(), { tty: null }).id).toBe(id);
      expect(left().ask(110, { ...variables(), BERTH_USE: "mine" }).source).toBe("use");
    });

    test("keeps it when the leader lives on without its terminal", () => {
      const id = emulator().ask(100).id;
      const hungUp = emulator().change(100, { tty: null }).add(110, 100, "sh");
      expect(hungUp.ask(110, variables()).id).toBe(id);
    });

    test("not on another terminal, in another session, after another boot, or without the binding", () => {
      const id = emulator().ask(100).id;
      const ids = [
        left().ask(110).id,
        left().change(110, { tty: "/dev/pts/8" }).ask(110, variables(), { tty: "/dev/pts/8" }).id,
        left().change(110, { sid: 110 }).ask(110, variables()).id,
        Object.assign(left(), { boot: known("another-boot") }).ask(110, variables()).id,
      ];
      expect(ids).not.toContain(id);
    });

    test("not when the PID was handed out again: the session of then has no members any more", () => {
      const again = left().add(100, 1, "bash", { sid: 100, tty: null }).add(111, 100, "sh", { tty: null });
      expect(again.ask(111, { ...variables(), BERTH_USE: "mine" }, { tty: null }).source).toBe("deep-anchor");
    });
  });
});
