import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Facts, known, unknown } from "../../src/facts/facts.ts";
import {
  cmdRunsSomething,
  isInteractiveWindowsShell,
  isSameProgram,
  isWindowsBoundary,
  isWindowsTerminalProgram,
  isWindowsWrapper,
  windowsShape,
} from "../../src/identity/windows-programs.ts";
import { splitCommandLine } from "../../src/facts/windows-command-line.ts";

const shell = (name: string, line: string, extra?: string): boolean => {
  const variables = extra === undefined ? {} : { BERTH_EXTRA_SHELLS: extra };
  const facts = { variables, arguments: () => known(splitCommandLine(line)) } as unknown as Facts;
  return isInteractiveWindowsShell(facts, { pid: 1, ppid: 0, name, sid: 0, tty: null, start: "1" });
};

test.each([
  ["cmd.exe", "cmd"],
  ["CMD.EXE", '"C:\\Windows\\System32\\cmd.exe" '],
  ["cmd.exe", "cmd /k vcvars64.bat"],
  ["cmd.exe", "cmd /K echo /c"],
  ["cmd.exe", "cmd /d /q"],
  ["cmd.exe", "cmd /t:0c"],
  ["cmd.exe", "C:\\c\\r\\cmd.exe"],
  ["powershell.exe", "powershell"],
  ["powershell.exe", "powershell -NoLogo -ExecutionPolicy Bypass"],
  ["powershell.exe", 'powershell -NoExit -Command ". profile.ps1"'],
  ["pwsh.exe", '"C:\\Program Files\\PowerShell\\7\\pwsh.exe" -noe -c x'],
  ["pwsh.exe", "pwsh /NoLogo"],
  ["bash.exe", '"C:\\Program Files\\Git\\bin\\bash.exe" --login -i'],
  ["nu.exe", "nu"],
])("somebody types at %s: %s", (name, line) => expect(shell(name, line)).toBe(true));

test.each([
  ["cmd.exe", 'cmd /c "npm run x"'],
  ["cmd.exe", "cmd /C dir"],
  ["cmd.exe", "cmd /d /s /c dir"],
  ["cmd.exe", "cmd /d/s/c dir"],
  ["cmd.exe", "cmd /r dir"],
  ["cmd.exe", "cmd/c dir"],
  ["cmd.exe", "cmd.exe/d/c dir"],
  ["cmd.exe", "cmd /cdir"],
  ["powershell.exe", "powershell -Command Get-Date"],
  ["powershell.exe", "powershell Get-Date"],
  ["powershell.exe", "powershell -NoProfile -EncodedCommand AAAA"],
  ["powershell.exe", "powershell /c Get-Date"],
  ["pwsh.exe", "pwsh -f x.ps1"],
  ["pwsh.exe", "pwsh x.ps1"],
  ["bash.exe", "bash -c ls"],
  ["bash.exe", "bash -lc ls"],
  ["node.exe", "node"],
  ["cmdx.exe", "cmdx"],
])("nobody types at %s: %s", (name, line) => expect(shell(name, line)).toBe(false));

test("BERTH_EXTRA_SHELLS adds shells, separated by semicolons", () => {
  expect(shell("MyShell.exe", "myshell")).toBe(false);
  expect(shell("MyShell.exe", "myshell", "other.exe; myshell.EXE ;")).toBe(true);
  expect(shell("MyShell.exe", "myshell", "myshell")).toBe(true);
  expect(shell("MyShell.exe", "myshell --run x", "myshell")).toBe(false);
  expect(shell("", "", ";")).toBe(false);
});

test("arguments that cannot be read: in doubt somebody types", () => {
  const facts = { variables: {}, arguments: () => unknown("another user's") } as unknown as Facts;
  const process = { pid: 1, ppid: 0, sid: 0, tty: null, start: "1" };
  expect(isInteractiveWindowsShell(facts, { ...process, name: "cmd.exe" })).toBe(true);
  expect(isInteractiveWindowsShell(facts, { ...process, name: "pwsh.exe" })).toBe(true);
  expect(isInteractiveWindowsShell(facts, { ...process, name: "node.exe" })).toBe(false);
});

test("names count without case and without .exe", () => {
  expect(isSameProgram("Berth.EXE", "berth")).toBe(true);
  expect(isSameProgram("berth.exe", "berth2.exe")).toBe(false);
  for (
    const name of [
      "explorer.exe",
      "Services.exe",
      "svchost.exe",
      "WININIT.EXE",
      "taskhostw.exe",
      "sihost.exe",
    ]
  ) {
    expect([name, isWindowsBoundary(name)]).toEqual([name, true]);
  }
  for (
    const name of [
      "WindowsTerminal.exe",
      "Code - Insiders.exe",
      "mintty.exe",
      "alacritty.exe",
      "explorer.exe",
    ]
  ) {
    expect([name, isWindowsTerminalProgram(name)]).toEqual([name, true]);
  }
  for (const name of ["sudo.exe", "gsudo.exe", "time.exe"]) {
    expect([name, isWindowsWrapper(name)]).toEqual([name, true]);
  }
  for (const name of ["", "|", "explorer|", "|explorer", "explore", "node.exe"]) {
    expect([name, isWindowsBoundary(name) || isWindowsTerminalProgram(name)]).toEqual([name, false]);
  }
});

test("what is recorded of arguments decides the same and tells nothing", () => {
  const word = fc.constantFrom(
    "/c",
    "/k",
    "/d",
    "/s",
    "-c",
    "-NoExit",
    "-Command",
    "-File",
    "/c",
    "secret",
    "C:\\secret",
  );
  const name = fc.constantFrom(
    "cmd.exe",
    "powershell.exe",
    "pwsh.exe",
    "bash.exe",
    "node.exe",
    "MyShell.exe",
  );
  fc.assert(fc.property(name, fc.array(word, { maxLength: 5 }), (name, words) => {
    const argv = [`C:\\secret\\${name}`, ...words];
    const shape = windowsShape(name, argv);
    expect(shape.join(" ")).not.toContain("secret");
    const facts = (argv: readonly string[]) =>
      ({ variables: { BERTH_EXTRA_SHELLS: "MyShell" }, arguments: () => known(argv) }) as unknown as Facts;
    const process = { pid: 1, ppid: 0, name, sid: 0, tty: null, start: "1" };
    expect(isInteractiveWindowsShell(facts(shape), process)).toBe(
      isInteractiveWindowsShell(facts(argv), process),
    );
  }));
});

test("no command line makes cmd's take long: a backtracking expression would take minutes", () => {
  expect(cmdRunsSomething(["cmd", "/a".repeat(16_000), "x ".repeat(16_000)])).toBe(false);
}, 10_000);
