import { describe, expect, test } from "bun:test";
import { berth, until } from "../../support/berth.ts";
import { type Project, project } from "../../support/project.ts";
import { foreground, gone, isActive, nameOf, stateOf } from "../../support/runs.ts";
import { Terminal } from "../../support/terminal.ts";

const inFront = (pid: number) =>
  until("the terminal to be the command's", () => foreground(pid) === pid || undefined);

/** ^Z, for the first time in this terminal. */
async function stop(terminal: Terminal, pid: number): Promise<void> {
  terminal.type("\x1a");
  await terminal.shows(/Stopped[^]*ready> $/);
  expect(stateOf(pid)).toBe("T");
}

/** `fg` of the command, which has the terminal then. */
async function goOn(terminal: Terminal, pid: number): Promise<void> {
  terminal.type("fg\r");
  await until("the command to go on", () => foreground(pid) === pid && stateOf(pid) === "S" || undefined);
}

describe("in a real terminal", () => {
  /** bash on a pty in the project's root. */
  async function shell(p: Project): Promise<Terminal> {
    const terminal = new Terminal(["bash", "--norc", "-i"], { home: p.home, cwd: p.root, env: p.env });
    terminal.type(`PS1='ready> '; alias b='${berth}'\r`);
    await terminal.shows(/ready> /);
    return terminal;
  }

  test("^C ends the command, ^Z and fg stop and continue it, bg lets the shell go on", async () => {
    const p = await project();
    await p.ok("new", "auth");
    const terminal = await shell(p);
    terminal.type("b run auth -- sleep 600\r");
    const pid = await isActive(p);
    await inFront(pid);
    await stop(terminal, pid);
    await goOn(terminal, pid);
    terminal.type("\x1a");
    await terminal.shows(/Stopped[^]*Stopped[^]*ready> $/);
    terminal.type("bg\r");
    await until(
      "the command in the background",
      () => foreground(pid) !== pid && stateOf(pid) === "S" || undefined,
    );
    terminal.type("fg\r");
    await inFront(pid);
    terminal.type("\x03");
    terminal.type("echo status=$?\r");
    await terminal.shows(/status=130/);
    expect((await p.session("auth")).run).toMatchObject({ state: "CLEANED", exitCode: 130 });
  });

  test("an interactive shell has job control, the window's size and the terminal; a raw one is put right again", async () => {
    const p = await project();
    await p.ok("new", "auth");
    const terminal = await shell(p);
    terminal.type("b run auth -- bash --norc -i\r");
    const pid = await isActive(p);
    terminal.type("PS1='inner> '; set -o | grep monitor; stty size; tty; sleep 600\r");
    await terminal.shows(/monitor\s+on\s+50 200\s+\/dev\/pts\/\d+/);
    await until("sleep in front", () => nameOf(foreground(pid)) === "sleep" || undefined);
    terminal.type("\x1a");
    await terminal.shows(/Stopped +sleep 600[^]*inner> $/);
    terminal.type("kill -9 %1; disown %1; exit 5\r");
    await terminal.shows(/exit 5[^]*ready> $/);
    terminal.type("echo status=$?\r");
    await terminal.shows(/status=5/);
    terminal.type("b run auth -- sh -c 'stty raw -echo; kill -9 $$'\r");
    await terminal.shows(/kill -9 [^]*ready> $/);
    terminal.type("stty -a | grep -o -e '-\\?icanon'; echo status=$((1+1))\r");
    await terminal.shows(/\ricanon\s+status=2/);
  });

  test("a script that calls it is ended by ^C as well", async () => {
    const p = await project();
    await p.ok("new", "auth");
    const terminal = await shell(p);
    p.write("loop.sh", `for i in 1 2 3; do "${berth}" run auth -- sleep 600; echo "round $i"; done\n`);
    terminal.type("bash loop.sh; echo status=$?\r");
    const pid = await isActive(p);
    await inFront(pid);
    terminal.type("\x03");
    await terminal.shows(/ready> $/);
    terminal.type("echo done=$((1+1))\r");
    await terminal.shows(/done=2/);
    expect(terminal.output).not.toContain("round 1");
    await p.ok("stop", "auth");
  });

  test("a terminal that is closed ends the command", async () => {
    const p = await project();
    await p.ok("new", "auth");
    const terminal = await shell(p);
    terminal.type("b run auth -- sleep 600\r");
    const pid = await isActive(p);
    await terminal.close();
    await gone(pid);
    await until(
      "the end in the record",
      async () => (await p.session("auth")).run?.state === "CLEANED" || undefined,
    );
  });

  test("^Z stops what a script or make runs, and the script with it", async () => {
    const p = await project();
    await p.ok("new", "auth");
    p.write("wrap.sh", `"${berth}" run auth -- sleep 600\necho "after $?"\n`);
    const terminal = await shell(p);
    terminal.type("bash wrap.sh\r");
    const pid = await isActive(p);
    await inFront(pid);
    await stop(terminal, pid);
    await goOn(terminal, pid);
    await p.ok("stop", "auth");
    await terminal.shows(/after 143/);
  });

  test("in a pipeline the others keep the terminal, and ^Z and ^C are for all", async () => {
    const p = await project();
    await p.ok("new", "auth");
    p.write("reader.sh", 'read line < /dev/tty; echo "got $line"; exec cat\n');
    const terminal = await shell(p);
    terminal.type("b run auth -- sleep 600 | bash reader.sh\r");
    const pid = await isActive(p);
    terminal.type("words\r");
    await terminal.shows(/got words/);
    await stop(terminal, pid);
    terminal.type("fg\r");
    await until("the command to go on", () => stateOf(pid) === "S" || undefined);
    terminal.type("\x03");
    await gone(pid);
    await terminal.shows(/\^C[^]*ready> $/);
  });

  test("a program in a pipeline gets the terminal when it asks for it", async () => {
    const p = await project();
    await p.ok("new", "auth");
    const terminal = await shell(p);
    terminal.type(`b run auth -- bash -c 'read line < /dev/tty; echo "got $line"' | cat\r`);
    await isActive(p);
    terminal.type("words\r");
    await terminal.shows(/got words[^]*ready> $/);
  });

  test("in the background it leaves the terminal's modes to others", async () => {
    const p = await project();
    await p.ok("new", "auth");
    const terminal = await shell(p);
    terminal.type("b run auth -- sleep 600 &\r");
    await isActive(p);
    p.write("modes.sh", `stty -icanon\n"${berth}" stop auth\nstty -a | grep -o -e '-\\?icanon'; echo over\n`);
    terminal.type("bash modes.sh\r");
    await terminal.shows(/-icanon\s+over/);
  });
});
