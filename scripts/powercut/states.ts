/**
 * What a disk may hold after the power went, by POSIX and what ext4 is known for: data that nobody synced is missing or
 * zero, names that nobody synced are as before, whatever came later; what a sync covers is there.
 *
 * Bounded: every prefix of the operations, and of each the unsynced names all there, none there, each single one
 * missing, each neighbouring pair turned round; with the unsynced data there, missing, and zero.
 */
import { dirname } from "node:path";
import type { Operation } from "./trace.ts";

/** Files and directories by their paths; null is a directory. */
export type Disk = ReadonlyMap<string, Uint8Array | null>;

interface Inode {
  /** What is on the disk for certain. */
  durable: Uint8Array;
  /** What it is if all goes well. */
  live: Uint8Array;
}

/** A change of names. */
interface Naming {
  readonly from: string | null;
  readonly to: string | null;
  /** Null for a directory. */
  readonly inode: Inode | null;
  synced: boolean;
}

export interface State {
  readonly what: string;
  readonly disk: Disk;
  /** Whether the answer had gone out. */
  readonly said: boolean;
}

/** Every state that a power cut may leave, the same ones once. */
export function* statesOf(before: Disk, operations: readonly Operation[]): Generator<State> {
  const known = new Set<string>();
  for (let end = 0; end <= operations.length; end++) {
    for (const { what, disk, said } of statesAt(before, operations.slice(0, end))) {
      const key = `${said} ${fingerprint(disk)}`;
      if (known.has(key)) continue;
      known.add(key);
      yield { what: `after ${end} of ${operations.length} operations, ${what}`, disk, said };
    }
  }
}

function* statesAt(before: Disk, operations: readonly Operation[]): Generator<State> {
  const { names, said, there } = played(before, operations);
  const open = names.filter(({ synced }) => !synced);
  const orders: [string, readonly Naming[]][] = [
    ["all names there", names],
    ["only synced names there", names.filter(({ synced }) => synced)],
    ...open.map((one): [string, readonly Naming[]] => [
      `without ${one.from ?? ""} -> ${one.to ?? "nothing"}`,
      names.filter((other) => other !== one),
    ]),
    ...open.slice(1).flatMap((one): [string, readonly Naming[]][] => {
      const at = names.indexOf(one);
      // What happens to one name happens in its order: there is no second entry that could come first.
      if (isOfOneName(one, names[at - 1])) return [];
      return [[`${one.to ?? one.from} before its turn`, [
        ...names.slice(0, at - 1),
        one,
        ...names.slice(at - 1, at),
        ...names.slice(at + 1),
      ]]];
    }),
  ];
  for (const [what, order] of orders) {
    for (const data of ["there", "missing", "zero"] as const) {
      yield { what: `${what}, unsynced data ${data}`, disk: applied(before, there, order, data), said };
    }
  }
}

const isOfOneName = (one: Naming, other: Naming | undefined): boolean =>
  [other?.from ?? null, other?.to ?? null].some((name) =>
    name !== null && (name === one.from || name === one.to)
  );

/** The operations played on a file system that keeps everything, with what was synced noted. */
function played(before: Disk, operations: readonly Operation[]) {
  const there = new Map<string, Inode>();
  for (const [path, bytes] of before) if (bytes !== null) there.set(path, { durable: bytes, live: bytes });
  const at = new Map(there);
  const names: Naming[] = [];
  let said = false;
  const name = (from: string | null, to: string | null, inode: Inode | null) =>
    names.push({ from, to, inode, synced: false });
  for (const operation of operations) {
    if (operation.kind === "said") {
      said = true;
      continue;
    }
    const { path } = operation;
    const inode = at.get(path);
    switch (operation.kind) {
      case "create":
        if (inode === undefined) {
          const made = { durable: new Uint8Array(), live: new Uint8Array() };
          at.set(path, made);
          name(null, path, made);
        }
        break;
      case "write":
        if (inode !== undefined) {
          inode.live = written(inode.live, operation.bytes, operation.at ?? inode.live.length);
        }
        break;
      case "truncate":
        if (inode !== undefined) inode.live = inode.live.slice(0, operation.length);
        break;
      case "sync":
        if (inode === undefined) { for (const one of names) one.synced ||= inside(path, one); }
        else inode.durable = inode.live;
        break;
      case "rename":
      case "link":
        if (inode !== undefined) {
          at.set(operation.to, inode);
          if (operation.kind === "rename") at.delete(path);
          name(operation.kind === "rename" ? path : null, operation.to, inode);
        }
        break;
      case "remove":
        at.delete(path);
        name(path, null, inode ?? null);
        break;
      case "directory":
        name(null, path, null);
        break;
    }
  }
  return { names, said, there };
}

const inside = (directory: string, { from, to }: Naming): boolean => dirname(to ?? from ?? "") === directory;

function written(into: Uint8Array, bytes: Uint8Array, at: number): Uint8Array {
  const whole = new Uint8Array(Math.max(into.length, at + bytes.length));
  whole.set(into);
  whole.set(bytes, at);
  return whole;
}

/** @param there the files of before, some of which were written in place */
function applied(
  before: Disk,
  there: ReadonlyMap<string, Inode>,
  order: readonly Naming[],
  data: "there" | "missing" | "zero",
): Disk {
  const content = ({ durable, live }: Inode): Uint8Array =>
    data === "there" || durable === live
      ? live
      : data === "missing"
      ? durable
      : written(new Uint8Array(live.length), durable, 0);
  const disk = new Map(before);
  for (const [path, inode] of there) disk.set(path, content(inode));
  for (const { from, to, inode } of order) {
    if (from !== null) disk.delete(from);
    if (to !== null) disk.set(to, inode === null ? null : content(inode));
  }
  return disk;
}

const fingerprint = (disk: Disk): string =>
  Bun.hash(
    [...disk].map(([path, bytes]) => `${path}\0${bytes === null ? "" : Bun.hash(bytes)}`).sort().join("\n"),
  )
    .toString();
