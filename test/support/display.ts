import { until } from "./berth.ts";

/** An X server without a screen, for terminal emulators. @returns the display's name and how to end it */
export async function startDisplay(): Promise<{ display: string; stop: () => Promise<void> }> {
  const shown = Bun.spawn(["Xvfb", "-displayfd", "1", "-screen", "0", "640x480x24", "-nolisten", "tcp"], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
  });
  const reader = shown.stdout.getReader();
  let number = "";
  await until("the X server's display", async () => {
    const { value } = await reader.read();
    number += new TextDecoder().decode(value);
    return number.includes("\n") || undefined;
  });
  const stop = async () => {
    shown.kill();
    await shown.exited;
  };
  return { display: `:${number.trim()}`, stop };
}
