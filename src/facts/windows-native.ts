import { openLibrary } from "./native.ts";

/*
 * What is asked of Windows, by Microsoft's names. Opened apart, so that a plain `berth id` pays only for the first.
 */

/** Processes, and the console that we are attached to. */
export const openKernel = () =>
  openLibrary("kernel32.dll", {
    CloseHandle: { args: ["u64"], returns: "i32" },
    CreateToolhelp32Snapshot: { args: ["u32", "u32"], returns: "u64" },
    Process32FirstW: { args: ["u64", "bytes"], returns: "i32" },
    Process32NextW: { args: ["u64", "bytes"], returns: "i32" },
    OpenProcess: { args: ["u32", "i32", "u32"], returns: "u64" },
    GetProcessTimes: { args: ["u64", "bytes", "bytes", "bytes", "bytes"], returns: "i32" },
    GetConsoleProcessList: { args: ["bytes", "u32"], returns: "u32" },
    GetConsoleWindow: { args: [], returns: "u64" },
    GetStdHandle: { args: ["u32"], returns: "u64" },
    GetFileType: { args: ["u64"], returns: "u32" },
    GetFileInformationByHandleEx: { args: ["u64", "i32", "bytes", "u32"], returns: "i32" },
  });

/** Leaving our console for another one, and coming back. */
export const openConsoles = () =>
  openLibrary("kernel32.dll", {
    FreeConsole: { args: [], returns: "i32" },
    AttachConsole: { args: ["u32"], returns: "i32" },
    SetStdHandle: { args: ["u32", "u64"], returns: "i32" },
    GetConsoleMode: { args: ["u64", "bytes"], returns: "i32" },
    GetStartupInfoW: { args: ["bytes"], returns: "u32" },
  });

/** Another process's command line. */
export const openMemory = () => ({
  ...openLibrary("kernel32.dll", {
    ReadProcessMemory: { args: ["u64", "u64", "bytes", "u64", "bytes"], returns: "i32" },
  }),
  ...openLibrary("ntdll.dll", {
    NtQueryInformationProcess: { args: ["u64", "i32", "bytes", "u32", "bytes"], returns: "u32" },
  }),
});

export const openWindows = () =>
  openLibrary("user32.dll", { IsWindowVisible: { args: ["u64"], returns: "i32" } });

export const openRegistry = () =>
  openLibrary("advapi32.dll", {
    RegGetValueW: { args: ["u64", "bytes", "bytes", "u32", "bytes", "bytes", "bytes"], returns: "i32" },
  });

export type Kernel = ReturnType<typeof openKernel>;

/** `INVALID_HANDLE_VALUE`, as 64 bits without a sign. */
export const INVALID_HANDLE = 0xffff_ffff_ffff_ffffn;

/** Whether a call brought a handle: some answer null, some INVALID_HANDLE_VALUE for none. */
export const isHandle = (handle: bigint): boolean => handle !== 0n && handle !== INVALID_HANDLE;

/** `STD_INPUT_HANDLE`, `STD_OUTPUT_HANDLE`, `STD_ERROR_HANDLE` (−10, −11, −12 as DWORD). */
export const STANDARD = [0xffff_fff6, 0xffff_fff5, 0xffff_fff4] as const;
