import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { berth, until } from "./berth.ts";
import type { Screen } from "./screen.ts";

/** The process of `berth top` below a shell. */
export const topBelow = (screen: Screen) =>
  until(
    "berth top",
    () =>
      readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).find((pid) => {
        try {
          const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
          const isChild = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === screen.pid;
          return isChild && readlinkSync(`/proc/${pid}/exe`) === berth;
        } catch {
          return false;
        }
      }),
  );

/** The modes of a terminal, as its shell has them. */
export const stty = async (screen: Screen, file: string): Promise<string> => {
  screen.type(`stty -a > ${file}; echo read""y-${file.at(-1)}\r`);
  await screen.shows(new RegExp(`ready-${file.at(-1)}`));
  return readFileSync(file, "utf8");
};
