/** What a script may take before it is killed. */
export const MB = 1024 * 1024;

/** What a script may take before it is killed. */
export interface LuaLimits {
  /** Seconds from the script's first instruction to its last. */
  readonly time: number;
  /** Bytes that Lua may hold. */
  readonly memory: number;
  /** Bytes that may be printed. */
  readonly output: number;
  /** Bytes that the globals may take as JSON. */
  readonly state: number;
  /**
   * Resident bytes that the child may take on top of `memory` while the script runs: strings on their way, the
   * runtime's own slack.
   */
  readonly overhead: number;
}

export const DEFAULT_LIMITS: LuaLimits = {
  time: 30,
  memory: 64 * MB,
  output: MB,
  state: 256 * 1024,
  overhead: 128 * MB,
};

/** The least that a machine with its libraries needs. */
export const MIN_MEMORY = MB;
