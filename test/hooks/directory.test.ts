/** Where the shell goes after `cd`, `finish`, `destroy` and `prune`, and what it does where its directory is gone. */
import { afterEach, describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { hookFile, makeHome, program, ShellTerminal } from "../support/shell-pty.ts";

const open: ShellTerminal[] = [];
afterEach(async () => {
  for (const shell of open.splice(0)) await shell.close();
});

/** A program that goes where its last word says, fails as `destroy` does, and tells what it was told. */
const SPEAKS = `#!/bin/sh
for last in "$@"; do :; done
case "$1" in
  cd | finish | destroy | prune) [ -s "$BERTH_CD_FILE" ] || printf '%s\\n' "$last" > "$BERTH_CD_FILE" ;;
  told) echo "$BERTH_DELETED_DIRECTORY in $(pwd) file=$BERTH_CD_FILE" ;;
esac
[ "$1" != destroy ] || exit 6
`;

describe.each(["bash", "zsh", "fish"])("%s", (name) => {
  const status = name === "fish" ? "$status" : "$?";

  test("goes where the program says, whatever its status, and leaves no file", async () => {
    const home = makeHome();
    rmSync(`${home.bin}/berth`);
    program(`${home.bin}/berth`, SPEAKS);
    const there = `${realpathSync(home.path)}/there 'and' $x`;
    const temporary = `${realpathSync(home.path)}/tmp`;
    for (const directory of [there, temporary]) mkdirSync(directory);
    const line = await hookFile(home, name, "--cmd", "berth");
    const shell = await ShellTerminal.open(name, home, line, { TMPDIR: temporary });
    open.push(shell);
    for (const word of ["cd", "finish", "destroy", "prune"]) {
      shell.type("cd /");
      const quoted = name === "fish"
        ? `'${there.replaceAll("'", "\\'")}'`
        : `'${there.replaceAll("'", "'\\''")}'`;
      shell.type(`berth ${word} ${quoted}`);
      expect(await shell.line(`echo "${status} $PWD"`)).toBe(`${word === "destroy" ? 6 : 0} ${there}`);
    }
    shell.type("cd /usr");
    shell.type("berth cd -");
    expect(await shell.line('echo "$PWD"')).toBe(there);
    expect(await shell.line("berth told")).toBe(`in ${there} file=`);
    expect(readdirSync(temporary).filter((one) => one.includes("berth"))).toEqual([]);
  });

  test("runs every command where its directory was deleted, and says so", async () => {
    const home = makeHome();
    const gone = `${realpathSync(home.path)}/gone`;
    mkdirSync(gone);
    const shell = await ShellTerminal.open(name, home, await hookFile(home, name, "--cmd", "berth"));
    open.push(shell);
    const id = await shell.line("berth id");
    shell.type(`cd ${gone}`);
    await shell.line("echo there");
    rmSync(gone, { recursive: true });
    expect(await shell.line("berth id")).toBe(id);
    await shell.terminal.shows(/berth: this directory was deleted: .*gone/);
    rmSync(`${home.bin}/berth`);
    program(`${home.bin}/berth`, SPEAKS);
    expect(await shell.line("berth told")).toBe(`${gone} in / file=`);
    // Nothing else complains of it.
    expect(shell.terminal.output).not.toContain("getcwd");
    shell.type("berth cd /usr");
    expect(await shell.line('echo "$PWD"')).toBe("/usr");
  });
});
