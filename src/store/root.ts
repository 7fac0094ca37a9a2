import process from "node:process";
import { quotePath } from "../errors/errors.ts";
import type { Warn } from "./directory.ts";
import * as files from "./files.ts";
import { storePlace } from "./place.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The directory to use: the user's own place, or, when there is none or it cannot be made, a private temporary
 * directory with a warning. A place that exists is always used, also one that cannot be written: state must not
 * be split over two places. A directory that was named (BERTH_HOME) is never replaced either.
 */
export function findRoot(environment: Environment, warn: Warn): string {
  const place = storePlace({
    system: process.platform,
    environment,
    workingDirectory: () => process.cwd(),
    registeredHome,
  });
  if (place !== null && (environment["BERTH_HOME"] || usable(place))) return place;
  const temporary = temporaryPlace(environment);
  const why = place === null ? "There is no home directory" : `${quotePath(place)} cannot be made`;
  warn(
    `${why}: state is kept in ${
      quotePath(temporary)
    } and is lost when that is cleared; set BERTH_HOME to choose a place`,
  );
  return temporary;
}

/** Whether the place is there, or the first write will be able to make it. */
function usable(place: string): boolean {
  for (let path = place;;) {
    const found = lookedAt(path);
    if (found === "there") return path === place || files.mayWrite(path);
    if (found === "unknown") return true;
    const parent = path.slice(0, Math.max(path.search(/[\\/][^\\/]*$/), 0)) || "/";
    if (parent === path) return false;
    path = parent;
  }
}

function lookedAt(path: string): "there" | "missing" | "unknown" {
  try {
    return files.lstat(path) === null ? "missing" : "there";
  } catch {
    return "unknown";
  }
}

function temporaryPlace(environment: Environment): string {
  const base = (environment["TMPDIR"] || environment["TEMP"] || "/tmp").replace(/[\\/]+$/, "") || "/tmp";
  // One name for one user, so that the next command finds it; its owner is checked like any store's.
  return `${base}/berth-${process.getuid?.() ?? environment["USERNAME"] ?? "user"}`;
}

/** The home directory of the user database: what `~` means where HOME is not set (`env -i`, cron). */
function registeredHome(): string {
  try {
    // Loaded here only: node:os costs 0.4 ms, and HOME is nearly always set.
    return process.getBuiltinModule("node:os").userInfo().homedir;
  } catch {
    // A user ID that the database does not know, as containers have.
    return "";
  }
}
