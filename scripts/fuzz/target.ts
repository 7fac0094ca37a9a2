/** What a target is, and what targets share. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Target {
  readonly name: string;
  readonly samples: readonly Uint8Array[];
  /** @throws anything but a `BerthError` where the reader is wrong */
  readonly read: (bytes: Uint8Array) => void | Promise<void>;
  /** How many times fewer tries it has than others, where one takes long. */
  readonly slow?: number;
}

export const root = join(import.meta.dir, "..", "..");
export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (data: Uint8Array) => new TextDecoder().decode(data);
export const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(join(root, "test", "fixtures", name)));

/** A text reader: what it is given is decoded as the program does it. */
export const ofText = (
  name: string,
  samples: readonly string[],
  read: (text: string) => void | Promise<void>,
): Target => ({ name, samples: samples.map(bytes), read: (data) => read(textOf(data)) });

export function hold(what: string, holds: boolean): void {
  if (!holds) throw new Error(what);
}

export const HOST = "00000000-0000-4000-8000-000000000000";
