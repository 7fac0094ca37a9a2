/**
 * Records of Windows and macOS as bytes, made from the declarations in the systems' headers: `bun scripts/fixtures.ts`
 * writes them to `test/fixtures`. Offsets are computed here by the rules of C and not taken from the readers, so
 * that the tests compare the two.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A field: name, size of one element in bytes (which is its alignment too), number of elements. */
type Field = readonly [name: string, size: 1 | 2 | 4 | 8, count?: number];

export interface Layout {
  readonly size: number;
  readonly offsets: Readonly<Record<string, number>>;
}

/** Lay fields out as a C compiler does: each at a multiple of its alignment, the whole at one of the greatest. */
export function layout(fields: readonly Field[]): Layout {
  let end = 0;
  const offsets: Record<string, number> = {};
  for (const [name, size, count = 1] of fields) {
    offsets[name] = Math.ceil(end / size) * size;
    end = offsets[name] + size * count;
  }
  const widest = Math.max(...fields.map(([, size]) => size));
  return { size: Math.ceil(end / widest) * widest, offsets };
}

/** tlhelp32.h, 64-bit. */
export const PROCESSENTRY32W = layout([
  ["dwSize", 4],
  ["cntUsage", 4],
  ["th32ProcessID", 4],
  ["th32DefaultHeapID", 8],
  ["th32ModuleID", 4],
  ["cntThreads", 4],
  ["th32ParentProcessID", 4],
  ["pcPriClassBase", 4],
  ["dwFlags", 4],
  ["szExeFile", 2, 260],
]);

/** winternl.h, 64-bit. */
export const UNICODE_STRING = layout([["Length", 2], ["MaximumLength", 2], ["Buffer", 8]]);
export const PROCESS_BASIC_INFORMATION = layout([
  ["ExitStatus", 4],
  ["PebBaseAddress", 8],
  ["AffinityMask", 8],
  ["BasePriority", 4],
  ["UniqueProcessId", 8],
  ["InheritedFromUniqueProcessId", 8],
]);

/**
 * sys/sysctl.h with sys/proc.h of macOS, 64-bit: `struct extern_proc`, then `struct eproc`. A timeval is a 64-bit
 * number of seconds and a 32-bit one of microseconds.
 */
export const KINFO_PROC = layout([
  ["p_starttime.tv_sec", 8],
  ["p_starttime.tv_usec", 4],
  ["p_vmspace", 8],
  ["p_sigacts", 8],
  ["p_flag", 4],
  ["p_stat", 1],
  ["p_pid", 4],
  ["p_oppid", 4],
  ["p_dupfd", 4],
  ["user_stack", 8],
  ["exit_thread", 8],
  ["p_debugger", 4],
  ["sigwait", 4],
  ["p_estcpu", 4],
  ["p_cpticks", 4],
  ["p_pctcpu", 4],
  ["p_wchan", 8],
  ["p_wmesg", 8],
  ["p_swtime", 4],
  ["p_slptime", 4],
  ["p_realtimer", 8, 4],
  ["p_rtime", 8, 2],
  ["p_uticks", 8],
  ["p_sticks", 8],
  ["p_iticks", 8],
  ["p_traceflag", 4],
  ["p_tracep", 8],
  ["p_siglist", 4],
  ["p_textvp", 8],
  ["p_holdcnt", 4],
  ["p_sigmask", 4],
  ["p_sigignore", 4],
  ["p_sigcatch", 4],
  ["p_priority", 1],
  ["p_usrpri", 1],
  ["p_nice", 1],
  ["p_comm", 1, 17],
  ["p_pgrp", 8],
  ["p_addr", 8],
  ["p_xstat", 2],
  ["p_acflag", 2],
  ["p_ru", 8],
  ["e_paddr", 8],
  ["e_sess", 8],
  ["e_pcred.pc_lock", 1, 72],
  ["e_pcred.pc_ucred", 8],
  ["e_pcred.p_ruid", 4],
  ["e_pcred.p_svuid", 4],
  ["e_pcred.p_rgid", 4],
  ["e_pcred.p_svgid", 4],
  ["e_pcred.p_refcnt", 4, 2],
  ["e_ucred.cr_ref", 4],
  ["e_ucred.cr_uid", 4],
  ["e_ucred.cr_ngroups", 2],
  ["e_ucred.cr_groups", 4, 16],
  ["e_vm.dummy", 8],
  ["e_vm.dummy2", 8],
  ["e_vm.dummy3", 4, 5],
  ["e_vm.dummy4", 8, 3],
  ["e_ppid", 4],
  ["e_pgid", 4],
  ["e_jobc", 2],
  ["e_tdev", 4],
  ["e_tpgid", 4],
  ["e_tsess", 8],
  ["e_wmesg", 1, 8],
  ["e_xsize", 4],
  ["e_xrssize", 2],
  ["e_xccount", 2],
  ["e_xswrss", 2],
  ["e_flag", 4],
  ["e_login", 1, 12],
  ["e_spare", 4, 4],
]);

/** Bytes of a record with some of its fields filled in, little-endian as every machine that both systems run on. */
class Struct {
  readonly bytes: Uint8Array;
  readonly #data: DataView;

  constructor(readonly layout: Layout, fill = 0) {
    this.bytes = new Uint8Array(layout.size).fill(fill);
    this.#data = new DataView(this.bytes.buffer);
  }

  #at(field: string): number {
    const offset = this.layout.offsets[field];
    if (offset === undefined) throw new Error(`No field ${field}`);
    return offset;
  }

  i32(field: string, value: number): this {
    this.#data.setInt32(this.#at(field), value, true);
    return this;
  }

  i64(field: string, value: bigint): this {
    this.#data.setBigInt64(this.#at(field), value, true);
    return this;
  }

  u16s(field: string, text: string): this {
    const start = this.#at(field);
    for (let at = 0; at <= text.length; at++) {
      this.#data.setUint16(start + 2 * at, at < text.length ? text.charCodeAt(at) : 0, true);
    }
    return this;
  }

  text(field: string, text: string): this {
    this.bytes.set(new TextEncoder().encode(`${text}\0`), this.#at(field));
    return this;
  }
}

/** Bytes that no reader may take for a value: what stands behind the end of a name, for one. */
const JUNK = 0xa5;

const processEntry = () =>
  new Struct(PROCESSENTRY32W, JUNK)
    .i32("dwSize", PROCESSENTRY32W.size)
    .i32("th32ProcessID", 4242)
    .i32("th32ParentProcessID", 1234)
    // A file name may hold half of a surrogate pair.
    .u16s("szExeFile", "Terminal \u00e9 \ud83d.exe").bytes;

function fileNameInfo(name: string): Uint8Array {
  const bytes = new Uint8Array(4 + 2 * name.length + 64).fill(JUNK);
  const data = new DataView(bytes.buffer);
  data.setUint32(0, 2 * name.length, true);
  for (let at = 0; at < name.length; at++) data.setUint16(4 + 2 * at, name.charCodeAt(at), true);
  return bytes;
}

/** 2025-11-26 14:03:00.1234567 UTC: 100 ns since 1601. */
function fileTime(): Uint8Array {
  const bytes = new Uint8Array(8);
  const since1601 = BigInt(Date.UTC(2025, 10, 26, 14, 3) / 1000 + 11_644_473_600) * 10_000_000n;
  new DataView(bytes.buffer).setBigUint64(0, since1601 + 1_234_567n, true);
  return bytes;
}

const kinfoProc = (device: number) =>
  new Struct(KINFO_PROC, JUNK)
    .i64("p_starttime.tv_sec", 1_764_165_780n)
    .i32("p_starttime.tv_usec", 42)
    .i32("p_pid", 501)
    .text("p_comm", "sixteen-letters!")
    .i32("e_pcred.p_ruid", 501)
    .i32("e_ppid", 500)
    .i32("e_pgid", 501)
    .i32("e_tdev", device).bytes;

function procArgs(): Uint8Array {
  const [path, args, environment] = ["/bin/zsh", ["-zsh", "", "-c", "x y"], [
    "TERM_PROGRAM=iTerm.app",
    "LANG=C",
  ]];
  const text = `${path}\0\0\0\0${[...args, ...environment].map((word) => `${word}\0`).join("")}\0\0`;
  const bytes = new Uint8Array(4 + text.length);
  new DataView(bytes.buffer).setInt32(0, args.length, true);
  bytes.set(new TextEncoder().encode(text), 4);
  return bytes;
}

/** Pseudoterminal 3: major 16 in the top 8 bits. */
const TTYS003 = (16 << 24) | 3;

export const FIXTURES: Readonly<{ [file: string]: () => Uint8Array }> = {
  "process-entry.bin": processEntry,
  "file-name-info.bin": () => fileNameInfo("\\msys-dd50a72ab4668b33-pty0-to-master"),
  "file-name-info-surrogate.bin": () => fileNameInfo("\\a\ud800b"),
  "file-time.bin": fileTime,
  "kinfo-proc.bin": () => kinfoProc(TTYS003),
  "kinfo-proc-no-tty.bin": () => kinfoProc(-1),
  "kinfo-proc-gone.bin": () => new Struct(KINFO_PROC).bytes,
  "procargs2.bin": procArgs,
};

if (import.meta.main) {
  const directory = join(import.meta.dir, "..", "test", "fixtures");
  mkdirSync(directory, { recursive: true });
  for (const [file, make] of Object.entries(FIXTURES)) writeFileSync(join(directory, file), make());
}
