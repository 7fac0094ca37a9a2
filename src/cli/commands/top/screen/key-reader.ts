import { closeSync, openSync } from "node:fs";
import process from "node:process";
import type { ReadStream } from "node:tty";
import { programs } from "../../../../sessions/git/programs.ts";

/** The keys of a terminal whose modes are ours for a while. */
export interface KeyReader {
  /** Keys one by one, without echo. From now on what is typed is a key. */
  raw(): void;
  /** Hand over what is typed. */
  read(told: (bytes: Uint8Array) => void): Promise<void>;
  /** Read no more, and set the modes as they were: from here on every byte is somebody else's. */
  close(): void;
}

/**
 * On POSIX cat(1) reads for us: a read of the runtime's own waits in a thread that nobody can call back, and takes the
 * first bytes of whoever has the terminal next (tmux then waits in vain for its answers). A process can be ended.
 */
export function openKeys(): KeyReader {
  const tty = process.getBuiltinModule("node:tty");
  if (process.platform === "win32") return ofStream(new tty.ReadStream(0));
  const modes = new tty.ReadStream(openSync("/dev/tty", "r"));
  modes.on("error", () => {});
  let end = () => {};
  let isClosed = false;
  return {
    raw() {
      // Somebody else may have changed them since they were set.
      modes.setRawMode(false);
      modes.setRawMode(true);
    },
    async read(told) {
      const { spawn } = await programs();
      if (isClosed) return;
      const terminal = openSync("/dev/tty", "r");
      const reader = spawn("cat", [], { cwd: "/", stdio: [terminal, "pipe", "ignore"] });
      closeSync(terminal);
      reader.on("error", () => {});
      reader.stdout?.on("data", told);
      end = () => {
        reader.stdout?.off("data", told);
        reader.kill("SIGKILL");
      };
    },
    close() {
      isClosed = true;
      end();
      modes.setRawMode(false);
      modes.destroy();
    },
  };
}

function ofStream(input: ReadStream): KeyReader {
  input.on("error", () => {});
  return {
    raw: () => void input.setRawMode(true),
    read(told) {
      input.on("data", told);
      input.resume();
      return Promise.resolve();
    },
    close() {
      input.removeAllListeners("data");
      input.pause();
      input.setRawMode(false);
    },
  };
}
