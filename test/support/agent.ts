/**
 * Starts a command the way coding agents and task runners do; run as `bun agent.ts MODE COMMAND…`.
 *
 * - `session`: in a session of its own, without a terminal, its output in a pipe
 * - `pty`: in a pseudoterminal of its own, of which the command leads the session
 *
 * What the command prints is passed on to standard output.
 */
const [mode, ...command] = process.argv.slice(2);

async function inSession(): Promise<string> {
  const child = Bun.spawn(command, { detached: true, stdin: "ignore", stdout: "pipe", stderr: "inherit" });
  return await new Response(child.stdout).text();
}

async function inPty(): Promise<string> {
  let shown = "";
  const decoder = new TextDecoder();
  const child = Bun.spawn(command, {
    terminal: {
      cols: 200,
      rows: 50,
      data: (_, bytes) => void (shown += decoder.decode(bytes, { stream: true })),
    },
  });
  await child.exited;
  // The last bytes may still be on their way when the child is gone.
  for (let waited = 0; !shown.includes("\n") && waited < 5000; waited += 10) await Bun.sleep(10);
  child.terminal?.close();
  return shown.replaceAll("\r\n", "\n");
}

console.log((await (mode === "pty" ? inPty() : inSession())).trim());

// A module, which may wait at its top.
export {};

export {};
