import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, setDefaultTimeout, test } from "bun:test";
import { ownTarget } from "../../scripts/targets.ts";
import { root } from "../support/berth.ts";
import { built } from "../support/built.ts";

// Binaries of 100 MB are built and moved: slow on a busy machine.
setDefaultTimeout(60_000);

const digest = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

// This machine's, one that is signed, and one whose runtime is changed first: each way of making a binary.
test.each([ownTarget(), "darwin-x64", "windows-x64"] as const)(
  "a build for %s is the same, byte for byte, when it is repeated in another directory",
  (target) => {
    const [first, second] = [built(target), built(target)];
    expect(second).not.toBe(first);
    expect(digest(second)).toBe(digest(first));
    // Nor is it another one for a checkout that lies elsewhere.
    expect(readFileSync(first).includes(root)).toBe(false);
  },
);
