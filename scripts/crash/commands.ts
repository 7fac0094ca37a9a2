/** The commands that change something, each with the machine that it finds and what a person sees of its effect. */
import type { Changing } from "./changing.ts";
import { FILES } from "./rows/files.ts";
import { SESSIONS } from "./rows/sessions.ts";
import { SHARED } from "./rows/shared.ts";
import { UPKEEP } from "./rows/upkeep.ts";
import { VALUES } from "./rows/values.ts";

export const COMMANDS: readonly Changing[] = [...VALUES, ...UPKEEP, ...SESSIONS, ...FILES, ...SHARED];
