import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { scratch } from "../support/berth.ts";
import { begin } from "../../src/facts/child-bun.ts";

const ENVIRONMENT = new TextEncoder().encode(`PATH=${process.env["PATH"]}\0A=b c\0`);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const ended = (...command: string[]) => begin(command, ENVIRONMENT)?.() ?? null;

test("what a program prints, what it says and its status come apart and whole", () => {
  const script =
    "printf '%s|' \"$@\"; echo $A; head -c 300000 /dev/zero; head -c 200000 /dev/zero >&2; exit 3";
  const found = ended("sh", "-c", script, "sh", "one", "", "two words");
  expect(found?.status).toBe(3);
  expect(text(found?.out.subarray(0, 20) ?? new Uint8Array())).toStartWith("one||two words|b c\n");
  expect(found?.out.length).toBe("one||two words|b c\n".length + 300_000);
  expect(found?.err.length).toBe(200_000);
});

test("one that a signal ended has no status", () => {
  expect(ended("sh", "-c", "kill -9 $$")?.status).toBeNull();
});

test("several run at the same time", () => {
  // Each waits for a byte of the other one.
  const fifo = join(scratch(), "fifo");
  Bun.spawnSync(["mkfifo", fifo]);
  const [reader, writer] = [
    begin(["cat", fifo], ENVIRONMENT),
    begin(["sh", "-c", `echo word > ${fifo}`], ENVIRONMENT),
  ];
  expect(text(reader?.().out ?? new Uint8Array())).toBe("word\n");
  expect(writer?.().status).toBe(0);
});

test("one is at work before its input is known, and ends without one", () => {
  const file = join(scratch(), "begun");
  const begun = () => begin(["sh", "-c", `touch ${file}; cat`], ENVIRONMENT, true);
  const first = begun();
  while (!existsSync(file)) Bun.sleepSync(1);
  const found = first?.(undefined, new TextEncoder().encode("word\n"));
  expect([text(found?.out ?? new Uint8Array()), found?.status]).toEqual(["word\n", 0]);
  expect(text(begun()?.().out ?? new Uint8Array())).toBe("");
  // One that has ended by then takes none.
  const gone = begin(["false"], ENVIRONMENT, true);
  Bun.sleepSync(20);
  expect(gone?.(undefined, new Uint8Array(9)).status).toBe(1);
});

test("one whose end nobody wants to wait for is ended, and gone", () => {
  const file = join(scratch(), "pid");
  const begun = begin(["sh", "-c", `echo $$ > ${file}; exec sleep 60`], ENVIRONMENT);
  const pid = () => existsSync(file) ? readFileSync(file, "utf8").trim() : "";
  while (pid() === "") Bun.sleepSync(1);
  begun?.drop();
  expect(existsSync(`/proc/${pid()}`)).toBe(false);
});

test("one that takes no notice of signals, and one whose child goes on to print, are no reason to wait", () => {
  const scripts = ["trap '' TERM; while :; do sleep 1; done", "(while echo; do sleep 0.05; done) & wait"];
  for (const script of scripts) {
    const file = join(scratch(), "pid");
    const begun = begin(["sh", "-c", `echo $$ > ${file}; ${script}`], ENVIRONMENT);
    while (!existsSync(file) || readFileSync(file, "utf8") === "") Bun.sleepSync(1);
    begun?.drop();
    expect(existsSync(`/proc/${readFileSync(file, "utf8").trim()}`)).toBe(false);
  }
});

test("a child that goes on with its streams keeps nobody waiting", () => {
  const found = ended("sh", "-c", "sleep 30 & echo $!");
  expect(found?.status).toBe(0);
  process.kill(Number(text(found?.out ?? new Uint8Array())));
});

test("SIGPIPE is not ignored in it, which it is in us", () => {
  const ignored = text(ended("grep", "SigIgn", "/proc/self/status")?.out ?? new Uint8Array());
  expect(BigInt(`0x${ignored.split(/\s+/)[1]}`) >> 12n & 1n).toBe(0n);
});

test("there is no such program, or a word with a NUL", () => {
  expect(() => begin(["no-such-program-anywhere"], ENVIRONMENT)).toThrow("no-such-program-anywhere");
  expect(begin(["echo", "a\0b"], ENVIRONMENT)).toBeNull();
});

test("who gives up while it waits hears nothing more, and leaves no descriptor open", () => {
  const open = () => readdirSync("/proc/self/fd").length;
  const [fifo, before] = [join(scratch(), "fifo"), open()];
  Bun.spawnSync(["mkfifo", fifo]);
  // Until somebody writes there it has not ended.
  const waits = begin(["cat", fifo], ENVIRONMENT);
  const given = () => {
    throw new Error("given up");
  };
  expect(() => waits?.(given)).toThrow("given up");
  expect(open()).toBe(before);
  Bun.spawnSync(["sh", "-c", `: > ${fifo}`]);
});
