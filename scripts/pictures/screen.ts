/** One scene played in a real tmux of its size, at a real shell with berth's hook. */
import { writeFileSync } from "node:fs";
import { until } from "../../test/support/until.ts";
import type { Scene } from "./scenes.ts";
import { clock, environment, PATIENCE_MS } from "./world.ts";

/** @returns what stood on the screen at the end, with its colours (SGR), a line for each of its rows */
export async function play(name: string, scene: Scene, directory: string): Promise<string> {
  const { columns, rows, typed, shown } = scene;
  const env = environment(directory);
  writeFileSync(`${directory}/rc`, `eval "$(berth init bash)"\nPS1='$ '\n`);
  writeFileSync(
    `${directory}/tmux.conf`,
    `set -g status off\nset -g default-terminal tmux-256color\nset -g default-command "exec bash --rcfile ${directory}/rc"\n`,
  );
  const tmux = (...words: string[]): string => {
    const call = ["tmux", "-u", "-f", `${directory}/tmux.conf`, "-S", `/srv/${name}.sock`, ...words];
    const { stdout, stderr, success } = Bun.spawnSync(call, { cwd: scene.directory, env });
    if (!success) throw new Error(`${call.join(" ")} failed: ${stderr}`);
    return stdout.toString();
  };
  const shows = (what: string, isThere: (text: string) => boolean) =>
    until(
      `${what} in the picture "${name}"`,
      () => isThere(tmux("capture-pane", "-p")) || undefined,
      PATIENCE_MS,
    )
      .catch((error) => Promise.reject(Error(`${error}\n${tmux("capture-pane", "-p")}`)));
  // Its own clock is the real one: it would wait for ever.
  const given = Object.entries(clock(scene.time)).flatMap(([key, value]) => ["-e", `${key}=${value}`]);
  tmux("new-session", "-d", ...given, "-x", String(columns), "-y", String(rows));
  for (const [at, line] of typed.entries()) {
    await shows(`prompt ${at + 1}`, isAtPrompt(at + 1));
    tmux("send-keys", "-l", line);
    tmux("send-keys", "Enter");
  }
  if (shown === undefined) await shows("the last prompt", isAtPrompt(typed.length + 1));
  for (const pattern of shown ?? []) await shows(String(pattern), (text) => pattern.test(text));
  const picture = tmux("capture-pane", "-p", "-e");
  tmux("kill-server");
  return picture;
}

/** Whether so many prompts are there, and nothing behind the last one. */
const isAtPrompt = (count: number) => (text: string): boolean =>
  text.trimEnd().split("\n").at(-1) === "$" && text.match(/^\$( |$)/gm)?.length === count;
