/**
 * The second process of the race test: exchanges two names, atomically, as fast as it can, until it is killed.
 * It says "ready" once, and ends by itself should nobody kill it.
 */
import { dlopen } from "bun:ffi";
import { writeSync } from "node:fs";

const AT_FDCWD = -100;
const RENAME_EXCHANGE = 2;
const [first = "", second = ""] = process.argv.slice(2);
const { symbols } = dlopen("libc.so.6", {
  renameat2: { args: ["i32", "ptr", "i32", "ptr", "u32"], returns: "i32" },
});
const a = Buffer.from(`${first}\0`);
const b = Buffer.from(`${second}\0`);

function exchange(): void {
  if (symbols.renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE) !== 0) throw new Error("cannot exchange");
}

exchange();
writeSync(1, "ready\n");
const end = Date.now() + 120_000;
while (Date.now() < end) for (let i = 0; i < 100; i++) exchange();
