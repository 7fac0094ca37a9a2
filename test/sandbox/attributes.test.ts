/** What a file carries beside its bytes, when `berth fs write` replaces it. */
import { beforeAll, expect, test } from "bun:test";
import { chmodSync, copyFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, directory, run, scratch } from "../support/berth.ts";

const base = scratch();
const env = { BERTH_HOME: join(base, "store"), BERTH_SESSION: "a" };
const root = directory(base, "root");

/** @throws Error when the program fails: a machine without it would pass every test here */
async function done(...command: string[]): Promise<string> {
  const { status, stdout, stderr } = await run(command);
  if (status !== 0) throw new Error(`${command.join(" ")}: ${stderr}`);
  return stdout;
}

const acl = (file: string) => done("getfacl", "-cp", file);
const attribute = (file: string, name: string) =>
  done("getfattr", "--only-values", "--absolute-names", "-n", name, file);
const write = (path: string, ...more: string[]) =>
  run([berth, "fs", "write", "a", path, "--root", root, ...more], { env, stdin: "new" });

function makeFile(...parts: string[]): string {
  const file = join(root, ...parts);
  writeFileSync(file, "old");
  chmodSync(file, 0o640);
  return file;
}

beforeAll(async () => {
  expect((await run([berth, "set", "k", "v"], { env })).status).toBe(0);
});

test("the access list and the extended attributes of a replaced file stay", async () => {
  const file = makeFile("f");
  await done("setfacl", "-m", "u:1:rw,g:2:r", file);
  await done("setfattr", "-n", "user.note", "-v", "a\nb", file);
  await done("setfattr", "-n", "user.empty", file);
  const before = await acl(file);
  expect(await write("f")).toEqual({ status: 0, stdout: "", stderr: "Wrote f\n" });
  expect(readFileSync(file, "utf8")).toBe("new");
  expect(await acl(file)).toBe(before);
  expect([await attribute(file, "user.note"), await attribute(file, "user.empty")]).toEqual(["a\nb", ""]);
});

test("a file without an access list gets none from its directory", async () => {
  const inside = directory(root, "open");
  const file = makeFile("open", "f");
  await done("setfacl", "-d", "-m", "u:1:rwx", inside);
  const before = await acl(file);
  expect((await write("open/f")).status).toBe(0);
  expect([await acl(file), statSync(file).mode & 0o777]).toEqual([before, 0o640]);
  // One that is new gets what the directory gives.
  expect((await write("open/new")).status).toBe(0);
  expect(await acl(join(inside, "new"))).toContain("user:daemon:");
});

test("capabilities go, as they do at every write", async () => {
  const file = makeFile("program");
  const value = "0x0100000200040000000000000000000000000000";
  await done("setfattr", "-n", "security.capability", "-v", value, file);
  expect(await write("program")).toMatchObject({ status: 0, stderr: "Wrote program\n" });
  expect((await run(["getfattr", "-n", "security.capability", file])).status).toBe(1);
});

test("what cannot be kept is said", async () => {
  // Only root may set such an attribute, and anybody may be the one who writes the file.
  const home = directory(base, "nobody");
  const file = join(home, "f");
  const program = join(home, "berth");
  writeFileSync(file, "old");
  await done("setfattr", "-n", "security.note", "-v", "x", file);
  copyFileSync(berth, program);
  chmodSync(program, 0o755);
  chmodSync(base, 0o755);
  await done("chown", "-R", "65534:65534", home);
  const command = `echo new | ${program} fs write a f --root ${home}`;
  const as = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-c"];
  const own = { BERTH_HOME: join(home, "store"), BERTH_SESSION: "a", HOME: home };
  expect(await run([...as, `${program} set k v`], { env: own })).toMatchObject({ status: 0 });
  expect(await run([...as, command], { env: own })).toEqual({
    status: 0,
    stdout: "",
    stderr: "berth: warning: the file's security.note could not be kept\nWrote f\n",
  });
  expect(readFileSync(file, "utf8")).toBe("new\n");
});
