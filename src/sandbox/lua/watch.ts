import { fail } from "../../errors/errors.ts";
import type { Conversation } from "./conversation.ts";
import { residentBytes } from "./memory.ts";
import type { LuaLimits } from "./limits.ts";

/** Milliseconds between two looks at the child's memory. */
const WATCH_EVERY = 20;
/** Seconds that the child may take to start. */
const START_LIMIT = 60;

/** The limits that the parent holds: time and resident memory. */
export class Watch {
  #timer: ReturnType<typeof setTimeout>;
  #look: ReturnType<typeof setInterval> | undefined;

  constructor(readonly child: Conversation, readonly limits: LuaLimits) {
    const late = () => child.kill(fail("lua_crashed", { why: `it did not start in ${START_LIMIT} seconds` }));
    this.#timer = setTimeout(late, START_LIMIT * 1000);
  }

  /** The script begins: from here on its time is counted. */
  begin(): void {
    clearTimeout(this.#timer);
    const { time, memory, overhead } = this.limits;
    this.#timer = setTimeout(() => this.child.kill(fail("lua_time_limit", { seconds: time })), time * 1000);
    const most = (residentBytes(this.child.pid) ?? 0) + memory + overhead;
    this.#look = setInterval(() => this.#lookAtMemory(most), WATCH_EVERY);
  }

  #lookAtMemory(most: number): void {
    if ((residentBytes(this.child.pid) ?? 0) <= most) return;
    this.child.kill(fail("lua_memory_limit", { limit: this.limits.memory }));
  }

  end(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#look);
  }
}
