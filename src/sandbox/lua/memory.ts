/** How much memory another process really takes. */
import { readFileSync } from "node:fs";

/** Of every Linux that Bun runs on, whatever the page size of the file systems. arm64 kernels with larger pages
 * count fewer of them, so there the limit is looser, never tighter. */
const PAGE = 4096;

/**
 * Resident bytes of a process, null where the system does not say it in a file (macOS, Windows: there the
 * allocator's limit inside the child stands alone).
 */
export function residentBytes(pid: number): number | null {
  if (process.platform !== "linux") return null;
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]) * PAGE;
  } catch {
    return null;
  }
}
