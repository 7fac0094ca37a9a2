import { expect, test } from "bun:test";
import { known, unknown } from "../../src/facts/facts.ts";
import { isInteractiveShell, shellShape } from "../../src/identity/shell.ts";

/** Split at single spaces; `_` stands for a word with a space in it. */
const words = (line: string) => line.split(" ").map((word) => word.replaceAll("_", " "));
const interactive = (name: string, line: string) => isInteractiveShell(name, known(words(line)));

test.each([
  ["bash", "bash"],
  ["bash", "-bash"],
  ["bash", "bash -i"],
  ["bash", "bash -l"],
  ["bash", "/usr/bin/bash --login"],
  ["bash", "bash --norc -i"],
  ["bash", "bash --rcfile /tmp/x -i"],
  ["bash", "bash --init-file script"],
  ["bash", "bash -o vi"],
  ["bash", "bash +O extglob"],
  ["bash", "bash -s a b"],
  ["bash", "bash -e"],
  ["bash", "bash -io vi"],
  ["bash", "bash --"],
  ["sh", "-sh"],
  ["sh", "sh -i"],
  ["dash", "dash -e -u"],
  ["zsh", "zsh -f -i"],
  ["zsh", "zsh --emulate sh"],
  ["zsh", "zsh -ovi"],
  ["zsh", "zsh -ocorrect"],
  ["zsh", "zsh -o vi"],
  ["zsh", "-zsh"],
  ["ksh", "ksh -o emacs"],
  ["mksh", "mksh -l"],
  ["tcsh", "-tcsh"],
  ["fish", "fish -N -i"],
  ["fish", "fish -l"],
  ["fish", "fish --init-command set_x"],
  ["fish", "fish -C source_x -i"],
  ["fish", "fish -d 3 -o /tmp/log"],
  ["fish", "fish --profile=/tmp/x"],
  ["nu", "nu"],
  ["nu", "nu --config a --env-config b"],
  ["nu", "nu -e source_x"],
  ["elvish", "elvish -norc"],
  ["elvish", "elvish -rc /tmp/x"],
  ["xonsh", "/usr/bin/python3 /usr/bin/xonsh"],
  ["xonsh", "/usr/bin/python3 /usr/bin/xonsh --rc x -i"],
  ["busybox", "busybox sh"],
  ["busybox", "-sh"],
  ["pwsh", "pwsh"],
  ["pwsh", "pwsh -NoLogo -NoProfile"],
  ["pwsh", "pwsh -Login"],
  ["pwsh", "pwsh -NoExit -Command x"],
  ["pwsh", "pwsh -noe -c x"],
  ["pwsh", "pwsh -WorkingDirectory /tmp"],
  ["pwsh", "pwsh -ExecutionPolicy Bypass -NoLogo"],
  ["pwsh", "pwsh -ep Bypass"],
  ["pwsh", "pwsh -i"],
  ["pwsh", "pwsh -wd /tmp -NoExit -File x.ps1"],
])("somebody types at %s, started as: %s", (name, line) => {
  expect(interactive(name, line)).toBe(true);
});

test.each([
  ["bash", "bash -c x"],
  ["bash", "bash -lc x"],
  ["bash", "bash -ilc x"],
  ["bash", "bash -l -c x"],
  ["bash", "bash --norc -c x"],
  ["bash", "bash --rcfile /tmp/x -ic y"],
  ["bash", "bash script.sh"],
  ["bash", "bash -e script.sh"],
  ["bash", "bash -ex script.sh"],
  ["bash", "bash -f script.sh"],
  ["bash", "bash -euo pipefail script.sh"],
  ["bash", "bash -euo pipefail -c x"],
  ["bash", "bash -eo pipefail -x script.sh"],
  ["bash", "bash -o pipefail script.sh"],
  ["bash", "bash -D script.sh"],
  ["bash", "bash - script.sh"],
  ["bash", "bash -- script.sh -i"],
  ["sh", "/bin/sh ./configure --with-x"],
  ["sh", "sh -e script"],
  ["sh", "sh -ec x"],
  ["dash", "dash -c x"],
  ["zsh", "zsh -f -c x"],
  ["zsh", "zsh -f script"],
  ["zsh", "zsh -d script"],
  ["ksh", "ksh -c x"],
  ["csh", "csh -f script"],
  ["tcsh", "tcsh -c x"],
  ["fish", "fish -c x"],
  ["fish", "fish -ic x"],
  ["fish", "fish --command=x"],
  ["fish", "fish -N script.fish"],
  ["fish", "fish -e script.fish"],
  ["nu", "nu -c x"],
  ["nu", "nu --commands x"],
  ["nu", "nu script.nu"],
  ["elvish", "elvish -c x"],
  ["elvish", "elvish -norc script.elv"],
  ["xonsh", "/usr/bin/python3 /usr/bin/xonsh -c x"],
  ["xonsh", "/usr/bin/python3 /usr/bin/xonsh script.xsh"],
  ["busybox", "busybox sh -c x"],
  ["busybox", "busybox vi"],
  ["busybox", "busybox"],
  ["pwsh", "pwsh -Command x"],
  ["pwsh", "pwsh -c x"],
  ["pwsh", "pwsh -com x"],
  ["pwsh", "pwsh --command x"],
  ["pwsh", "pwsh /tmp/x.ps1"],
  ["pwsh", "pwsh -NoProfile -File x.ps1"],
  ["pwsh", "pwsh -enc AAAA"],
  ["pwsh", "pwsh -e AAAA"],
  ["pwsh", "pwsh -NonInteractive x.ps1"],
  ["pwsh", "pwsh x.ps1 -NoExit"],
])("%s runs something and ends, started as: %s", (name, line) => {
  expect(interactive(name, line)).toBe(false);
});

test.each([["make"], ["node"], ["vim"], ["python3"], [""], ["bash "], ["bas"], ["ba sh"]])(
  "%j is no shell, whatever it is started with",
  (name) => {
    expect(isInteractiveShell(name, known([name]))).toBe(false);
    expect(isInteractiveShell(name, unknown("EACCES"))).toBe(false);
  },
);

test("a shell whose arguments nobody may read counts as one that somebody types at", () => {
  expect(isInteractiveShell("bash", unknown("EACCES"))).toBe(true);
});

test("the shape of arguments decides as they do, and holds nothing of them", () => {
  const lines: readonly (readonly [string, string])[] = [
    ["bash", "/home/x/bin/bash --rcfile /secret -ic secret -psecret"],
    ["bash", "-bash"],
    ["bash", "bash -s -psecret secret"],
    ["bash", "bash -e secret.sh -psecret --password=secret"],
    ["bash", "bash -o vi -i"],
    ["fish", "fish --profile=secret --init-command secret"],
    ["pwsh", "pwsh -wd secret -NoExit -Command secret"],
    ["pwsh", "pwsh /secret/x.ps1"],
    ["xonsh", "/secret/python3 /secret/xonsh --rc secret secret.xsh"],
    ["busybox", "/secret/busybox sh -c secret"],
    ["busybox", "busybox vi -psecret"],
    ["mysql", "mysql -psecret --password secret"],
    ["sshd", "sshd:_secret@pts/0"],
  ];
  for (const [name, line] of lines) {
    const shape = shellShape(name, words(line));
    expect(shape.join(" ")).not.toContain("secret");
    expect(isInteractiveShell(name, known(shape))).toBe(interactive(name, line));
    expect(shellShape(name, shape)).toEqual(shape);
  }
});
