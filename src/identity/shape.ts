import { daemonShape, serverShape } from "./agent-servers.ts";
import { scriptShape } from "./programs.ts";
import { shellShape } from "./shell.ts";

/**
 * A process's arguments without what they hold (commands, paths, passwords), for a recording: as far as they tell what
 * the decision asks of them.
 */
export const argumentShape = (name: string, argv: readonly string[]): readonly string[] =>
  serverShape(name, argv) ?? daemonShape(name, argv) ?? scriptShape(argv) ?? shellShape(name, argv);
