import { check, pipe, string } from "valibot";
import type { Option } from "../command.ts";

/** Longest wait that a timer can be set for, in seconds. */
const MAX_WAIT_S = 2_000_000;

export const WAIT: Option = {
  flag: "--wait <seconds>",
  about: "Wait this long for another process that writes to the session (5)",
  schema: pipe(string(), check((value) => /^\d{1,7}(\.\d+)?$/.test(value) && Number(value) <= MAX_WAIT_S)),
  wanted: "a number of seconds",
};
