/** A proxy that cuts, keeps back and swallows what goes through it. */
import { connect, createServer, type Socket } from "node:net";

export interface CuttingProxy extends AsyncDisposable {
  readonly port: number;
  /** Break all connections that there are. */
  cut(): void;
  /** From now on nothing comes through, and nothing says so. */
  blackHole: boolean;
  /** What is done when the COMMIT of a write was passed on: nothing, or the answer is never seen. */
  afterCommit: "pass" | "cut";
  /** How many times it was cut there. */
  readonly cuts: number;
}

export async function cuttingProxy(target: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  const state = { blackHole: false, afterCommit: "pass" as "pass" | "cut", cuts: 0 };
  const server = createServer((client) => {
    const there = connect(target, "127.0.0.1");
    let deaf = false;
    let writes = false;
    for (const one of [client, there]) {
      sockets.add(one);
      one.on("error", () => {});
      one.on("close", () => {
        sockets.delete(one);
        client.destroy();
        there.destroy();
      });
    }
    client.on("data", (bytes) => {
      if (state.blackHole) return;
      const text = bytes.toString("latin1");
      writes ||= text.includes("berth.apply");
      const commits = /commit\0$/.test(text);
      there.write(bytes);
      if (!writes || !commits || state.afterCommit !== "cut") return;
      deaf = true;
      state.cuts += 1;
      // Long enough for the server to do it.
      setTimeout(() => client.destroy(), 100);
    });
    there.on("data", (bytes) => void (state.blackHole || deaf || client.write(bytes)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(state, {
    port: (server.address() as { port: number }).port,
    cut: () => sockets.forEach((socket) => socket.destroy()),
    async [Symbol.asyncDispose]() {
      sockets.forEach((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
