import process from "node:process";
import { BerthError } from "../../../../errors/errors.ts";
import { openWatch } from "../../../../events/follow.ts";
import { factsReader } from "../../../../facts/open.ts";
import { type Machine, machineFrom } from "../../../../store/liveness.ts";
import type { Store } from "../../../../store/open.ts";
import type { Context, Input } from "../../../command.ts";
import { storeOf } from "../../../mean/session.ts";
import { coloursOf } from "../../../say/colours.ts";
import { isDue, SETTLE_MS, settled, taken } from "../order.ts";
import type { QueueRow } from "../row.ts";
import { titleOf } from "../words.ts";
import { openWorld, type World } from "../world.ts";
import { openCanvas } from "./canvas.ts";
import { pageOf, pictureOf, type Size, windowOf } from "./frame.ts";
import { openGitLooks } from "./git.ts";
import type { Key } from "./keys.ts";
import { openScreenTerminal, type ScreenTerminal } from "./terminal.ts";
import { FIRST_VIEW, pressed, type View, type ViewEffect, visibleRows } from "./view.ts";

/** The queue on the whole screen, until a key or a signal ends it. @returns exit status */
export async function runScreen(context: Context, input: Input): Promise<number> {
  const store = storeOf(context, input, "top");
  using world = await openWorld(context, store, true);
  return await new Screen(context, store, world).run();
}

/** Ages are in minutes; so often is looked whether one is another, in ms. */
const AGES_MS = 10_000;

/** What ends us where nobody handles it. */
const ENDING = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;

class Screen {
  #view: View = FIRST_VIEW;
  #top = 0;
  #size: Size;
  /** Whether a program of ours, or another window, has the terminal. */
  #away = false;
  #status: number | null = null;
  #wake = () => {};
  #looked: readonly QueueRow[] = [];
  #drawn = 0;
  readonly #terminal: ScreenTerminal;
  readonly #canvas;
  readonly #git;
  readonly #paint;

  constructor(
    private readonly context: Context,
    private readonly store: Store,
    private readonly world: World,
  ) {
    this.#terminal = openScreenTerminal(
      (text) => void context.host.write(1, text),
      (key) => this.#press(key),
    );
    this.#size = this.#terminal.size();
    this.#canvas = openCanvas(this.#terminal.write);
    this.#git = openGitLooks(context);
    this.#paint = coloursOf(context.host);
  }

  async run(): Promise<number> {
    using terminal = this.#terminal;
    const listening = this.#listen();
    try {
      this.#view = { ...this.#view, queue: settled(taken(this.#view.queue, await this.world.rows(true), 0)) };
      // The picture first: what reads keys takes longer to come into being.
      terminal.enter(() => this.#draw());
      await this.#follow();
      return this.#status ?? 0;
    } finally {
      terminal.leave();
      listening[Symbol.dispose]();
    }
  }

  /** Look whenever something may have changed, until somebody ends it. */
  async #follow(): Promise<void> {
    using watcher = openWatch(this.store.backend.locate("events"));
    let looked = performance.now();
    while (this.#status === null) {
      const { since } = this.#view.queue;
      const settling = since === null ? Infinity : Math.max(0, since + SETTLE_MS - performance.now());
      await Promise.race([
        watcher.change(Math.min(1000, settling + 1)),
        new Promise<void>((resolve) => this.#wake = resolve),
      ]);
      if (this.#status !== null || this.#away) continue;
      // A burst of events is one picture.
      const rest = looked + 50 - performance.now();
      if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
      await this.#look();
      looked = performance.now();
    }
  }

  async #look(): Promise<void> {
    const at = performance.now();
    const rows = await this.world.rows();
    // Nothing but the ages may be others.
    if (rows === this.#looked && this.#view.queue.since === null && at - this.#drawn < AGES_MS) return;
    this.#looked = rows;
    const queue = taken(this.#view.queue, rows, at);
    this.#view = { ...this.#view, queue: isDue(queue, at) ? settled(queue) : queue };
    if (!this.#away && this.#status === null) this.#draw();
  }

  #draw(byKey = false): void {
    if (!this.#terminal.entered) return;
    this.#drawn = performance.now();
    this.#top = windowOf(this.#view, this.#size, this.#top);
    const frame = { size: this.#size, now: this.context.now(), paint: this.#paint, git: this.#git.found };
    this.#canvas.show(pictureOf(this.#view, frame, this.#top));
    const shown = visibleRows(this.#view).slice(this.#top, this.#top + pageOf(this.#size));
    const records = shown.flatMap(({ id }) => this.world.record(id) ?? []);
    void this.#git.look(records, this.world.stirred(), byKey)?.then(() => this.#draw());
  }

  #press(key: Key): void {
    if (this.#away) return;
    const { view, effect } = pressed(this.#view, key, pageOf(this.#size));
    this.#view = view;
    this.#draw(true);
    if (effect !== null) void this.#do(effect).catch((error) => this.#fail(error));
  }

  async #do(effect: ViewEffect): Promise<void> {
    switch (effect.kind) {
      case "quit":
        return this.#end(effect.status);
      case "suspend":
        return await this.#suspend();
      case "redraw":
        this.#canvas.forget();
        return this.#draw();
      case "seen":
        return await this.#seen(effect.row);
      case "go":
        return await this.#go(effect.row);
      case "stop":
        return await this.#stop(effect.row);
      case "diff":
        return await this.#show(["diff", effect.row.id], false);
      case "finish":
        return await this.#show(["finish", effect.row.id], true);
      case "destroy":
        return await this.#show(["destroy", effect.row.id, "--cleanup"], true);
    }
  }

  async #seen(row: QueueRow): Promise<void> {
    await this.#note(row);
    this.#say(`${titleOf(row)} was looked at`);
    await this.#look();
  }

  async #go(row: QueueRow): Promise<void> {
    const record = this.world.record(row.id);
    if (record === undefined) return this.#say("it is gone");
    const agent = row.agent === null ? null : row;
    const { goTo } = await import("../../jump/go.ts");
    await this.#hand(async () => {
      await goTo(this.context, await this.#machine(), record, agent, () => this.#note(row));
    });
  }

  async #note(row: QueueRow): Promise<void> {
    const { markSeen } = await import("../../../../store/seen.ts");
    await markSeen(this.store, row.id);
  }

  /** As it is at this moment. */
  async #machine(): Promise<Machine> {
    return machineFrom((await factsReader(this.context.host))(), this.store);
  }

  async #stop(row: QueueRow): Promise<void> {
    const { runBehind } = await import("./actions.ts");
    this.#say(`stopping ${titleOf(row)} …`);
    this.#say(await runBehind(["stop", row.id]) || `${titleOf(row)} is stopped`);
    await this.#look();
  }

  /** @param waits whether what was printed is to be read before the screen comes back */
  async #show(args: readonly string[], waits: boolean): Promise<void> {
    const { runShown } = await import("./actions.ts");
    await this.#hand(async () => {
      const status = await runShown(args);
      if (waits || status !== 0) await this.#anyKey();
    });
  }

  /** Give the terminal to somebody else until he is done. */
  async #hand(work: () => Promise<void>): Promise<void> {
    this.#away = true;
    this.#terminal.leave();
    try {
      await work();
    } catch (error) {
      if (!(error instanceof BerthError)) throw error;
      const { message, hint } = error;
      this.#view = { ...this.#view, message: `${message}. ${hint}` };
    } finally {
      this.#away = false;
      if (this.#status === null) this.#comeBack();
    }
    if (this.#status === null) await this.#look();
  }

  #comeBack(): void {
    this.#size = this.#terminal.size();
    this.#canvas.forget();
    this.#terminal.enter();
    this.#draw(true);
  }

  async #anyKey(): Promise<void> {
    this.#terminal.write("\nPress Enter to go back to berth top ");
    const { openSync, readSync, closeSync } = process.getBuiltinModule("node:fs");
    const fd = openSync("/dev/tty", "r");
    try {
      readSync(fd, new Uint8Array(256));
    } finally {
      closeSync(fd);
    }
    await Promise.resolve();
  }

  #say(message: string): void {
    this.#view = { ...this.#view, message };
    this.#draw();
  }

  #end(status: number): void {
    this.#status = status;
    this.#wake();
  }

  /** What was asked for failed: said at the bottom. Whatever is no failure of the table is a fault of ours. */
  #fail(error: unknown): void {
    if (error instanceof BerthError) return this.#say(`${error.message}. ${error.hint}`);
    this.#crash(error);
  }

  #crash(error: unknown): never {
    this.#terminal.leave();
    this.context.host.write(
      2,
      `berth: Internal error: ${error instanceof Error ? error.stack : String(error)}\n`,
    );
    this.context.host.exit(1);
  }

  /** What stops us is loaded when it is wanted: it takes calls into libc. */
  async #suspend(): Promise<void> {
    this.#away = true;
    const { stopOurselves } = await import("../../../../sessions/process/terminal.ts");
    const machine = await this.#machine();
    this.#terminal.leave();
    stopOurselves((pid) => {
      const found = machine.process(pid);
      return found.ok ? found.value.ppid : null;
    });
    this.#away = false;
    this.#comeBack();
  }

  #listen(): Disposable {
    const handlers: [NodeJS.Signals | "uncaughtException" | "unhandledRejection", (why: unknown) => void][] =
      [
        ["SIGWINCH", () => {
          this.#size = this.#terminal.size();
          this.#canvas.forget();
          this.#draw();
        }],
        ["SIGTSTP", () => this.#away ? undefined : void this.#suspend()],
        // Somebody else stopped us, and may have used the terminal since.
        ["SIGCONT", () => this.#away || !this.#terminal.entered ? undefined : this.#again()],
        ["uncaughtException", (error) => this.#crash(error)],
        ["unhandledRejection", (error) => this.#crash(error)],
        ...Object.entries(ENDING).map(([signal, number]): [NodeJS.Signals, () => void] => [
          signal as NodeJS.Signals,
          // A ^C while another program has the terminal is for that one.
          () => signal === "SIGINT" && this.#away ? undefined : this.#killed(number),
        ]),
      ];
    for (const [name, handler] of handlers) process.on(name as "SIGTERM", handler as () => void);
    return {
      [Symbol.dispose]() {
        for (const [name, handler] of handlers) process.off(name, handler as () => void);
      },
    };
  }

  /** As if we had come back from another program: the modes are set anew. */
  #again(): void {
    this.#terminal.refresh();
    this.#size = this.#terminal.size();
    this.#canvas.forget();
    this.#draw();
  }

  #killed(number: number): void {
    this.#terminal.leave();
    this.context.host.exit(128 + number);
  }
}
