/**
 * Fuzzing of every reader of bytes from outside: samples, and what was found before, are changed at random and read.
 * `--seed N` does the same again, `--tries N` so many for each reader; words choose readers. What breaks one is kept in
 * test/fixtures/fuzz, and tried first from then on.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Target } from "./fuzz/target.ts";
import { isAnswer, targets } from "./fuzz/targets.ts";

const KEPT = join(import.meta.dir, "..", "test", "fixtures", "fuzz");

/** The longest that one reading may take, in milliseconds; what is worse than linear shows long before that. */
const SLOW_MS = 1000;

/** Small and fast, and the same everywhere: xorshift32. */
export function generator(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const WORDS = [
  "\0",
  "\n",
  '"',
  "{",
  "}",
  "[",
  ",",
  ":",
  "--",
  "9007199254740993",
  "1e400",
  "-1",
  "null",
  "\\u0000",
  "\ud800",
  "%s",
  "../",
  " ",
  "é",
  "\x1b[",
];

/** One change: a bit, a byte, a word put in, a part left out, doubled or taken from another sample, a cut. */
function changed(data: Uint8Array, other: Uint8Array, random: (below: number) => number): Uint8Array {
  const at = random(data.length + 1);
  const length = random(Math.min(64, data.length - at + 1) + 1);
  const word = new TextEncoder().encode(WORDS[random(WORDS.length)] ?? "");
  const from = random(other.length + 1);
  const joined = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
  switch (random(7)) {
    case 0:
      return data.map((byte, index) => index === at ? byte ^ (1 << random(8)) : byte);
    case 1:
      return data.map((byte, index) => index === at ? random(256) : byte);
    case 2:
      return joined(data.slice(0, at), word, data.slice(at));
    case 3:
      return joined(data.slice(0, at), data.slice(at + length));
    case 4:
      return joined(data.slice(0, at + length), data.slice(at));
    case 5:
      return joined(data.slice(0, at), other.slice(from, from + length), data.slice(at));
    default:
      return data.slice(0, at);
  }
}

const folderOf = ({ name }: Target): string =>
  join(KEPT, name.replace(/[^A-Za-z]+/g, "-").replace(/^-|-$/g, ""));

/** What broke a reader once. */
export function keptOf(target: Target): Uint8Array[] {
  const folder = folderOf(target);
  return existsSync(folder)
    ? readdirSync(folder).map((name) => new Uint8Array(readFileSync(join(folder, name))))
    : [];
}

/** Readings of what took too long, since a machine may have had something else to do. */
const AGAIN = 3;

/** @returns why a reading is wrong, null where it is right */
export async function wrongWith({ read }: Target, data: Uint8Array): Promise<string | null> {
  let took = 0;
  for (let left = AGAIN; left > 0; left--) {
    const started = performance.now();
    try {
      await read(data);
    } catch (error) {
      if (!isAnswer(error)) return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    }
    took = performance.now() - started;
    if (took <= SLOW_MS) return null;
  }
  return `it took ${Math.round(took)} ms`;
}

/** Try a reader. @returns the first input that breaks it, with the reason; null where none does */
export async function fuzz(
  target: Target,
  tries: number,
  seed: number,
): Promise<{ data: Uint8Array; why: string } | null> {
  const random = generator(seed);
  const corpus = [...keptOf(target), ...target.samples];
  const pick = () => corpus[random(corpus.length)] ?? new Uint8Array();
  for (let n = 0; n < tries / (target.slow ?? 1) + corpus.length; n++) {
    let data = n < corpus.length ? corpus[n] ?? new Uint8Array() : pick();
    if (n >= corpus.length) {
      for (let more = 0; more <= random(6); more++) data = changed(data, pick(), random);
    }
    const why = await wrongWith(target, data);
    if (why !== null) return { data, why };
  }
  return null;
}

async function main(words: readonly string[]): Promise<void> {
  const number = (name: string, otherwise: number) =>
    words.includes(name) ? Number(words[words.indexOf(name) + 1]) : otherwise;
  const seed = number("--seed", Math.floor(Math.random() * 2 ** 31));
  const tries = number("--tries", 20_000);
  const names = words.filter((word, at) => !word.startsWith("--") && !(words[at - 1] ?? "").startsWith("--"));
  let broken = 0;
  for (const target of await targets()) {
    if (names.length > 0 && !names.some((name) => target.name.includes(name))) continue;
    const found = await fuzz(target, tries, seed);
    console.log(
      `${target.name.padEnd(30)} ${String(Math.ceil(tries / (target.slow ?? 1))).padStart(7)} tries  ${
        found === null ? "holds" : found.why
      }`,
    );
    if (found === null) continue;
    broken++;
    mkdirSync(folderOf(target), { recursive: true });
    const file = join(folderOf(target), Bun.hash(found.data).toString(16));
    writeFileSync(file, found.data);
    console.log(`    kept in ${file}`);
  }
  console.log(`seed ${seed}`);
  process.exit(broken === 0 ? 0 : 1);
}

if (import.meta.main) await main(process.argv.slice(2));
