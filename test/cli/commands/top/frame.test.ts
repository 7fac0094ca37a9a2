/** The picture: no line is wider than the screen, whatever stands in it; what differs alone is written. */
import { describe, expect, test } from "bun:test";
import stringWidth from "string-width";
import { EMPTY, settled, taken } from "../../../../src/cli/commands/top/order.ts";
import type { QueueRow } from "../../../../src/cli/commands/top/row.ts";
import { difference } from "../../../../src/cli/commands/top/screen/canvas.ts";
import { pageOf, pictureOf, windowOf } from "../../../../src/cli/commands/top/screen/frame.ts";
import { coloursOf } from "../../../../src/cli/say/colours.ts";
import {
  FIRST_VIEW,
  pressed,
  selectedRow,
  type View,
  visibleRows,
} from "../../../../src/cli/commands/top/screen/view.ts";
import { row } from "../../../support/queue.ts";

const now = new Date("2026-03-01T11:00:00.000Z");
const git = new Map([["auth", { changed: 2, ahead: 1, behind: 0, merged: false }]]);

const HOSTILE = [
  "\x1b[31mred\x1b[2J",
  "a\u202etxt.exe\u2066b",
  "<script>alert(1)</script>",
  "漢字の長い長い長い長い長い長い理由",
  "👩‍👩‍👧‍👦 family e\u0301",
  "line\nbreak\ttab\x9b0m",
  "\ud800 half",
];

const viewOf = (rows: readonly QueueRow[], more: Partial<View> = {}): View => ({
  ...FIRST_VIEW,
  queue: settled(taken(EMPTY, rows, 0)),
  ...more,
});
const picture = (view: View, columns: number, rows: number, colours = false): string[] =>
  pictureOf(view, {
    size: { columns, rows },
    now,
    paint: coloursOf({
      variables: colours ? { CLICOLOR_FORCE: "1" } : { NO_COLOR: "1" },
      isTerminal: () => false,
    }),
    git,
  }, 0);

const some = [
  row("auth", { state: "waiting", agent: "claude", reason: "permission for Bash", branch: "feature/auth" }),
  ...HOSTILE.map((text, at) =>
    row(`h${at}`, { name: text, agent: text, reason: text, branch: text, host: text })
  ),
];

describe("in every size", () => {
  const sizes = [1, 2, 5, 10, 20, 40, 56, 79, 80, 100, 120, 200].flatMap((columns) =>
    [1, 2, 3, 4, 7, 8, 24, 60].map((rows) => [columns, rows] as const)
  );

  test.each(["list", "filter", "help"] as const)(
    "%s: as many lines as the screen has, none too wide",
    (mode) => {
      const asked = [null, { what: "stop", row: some[1] as QueueRow }, {
        what: "end",
        row: some[1] as QueueRow,
      }] as const;
      for (const [columns, rows] of sizes) {
        for (const one of asked) {
          const lines = picture(
            viewOf(some, { mode, filter: mode === "filter" ? "h" : "", asked: one }),
            columns,
            rows,
            true,
          );
          expect(lines).toHaveLength(rows);
          // deno-lint-ignore no-control-regex -- colours have no width
          const widths = lines.map((line) => stringWidth(line.replace(/\x1b\[[0-9;]*m/g, "")));
          expect([columns, rows, Math.max(...widths) <= columns]).toEqual([columns, rows, true]);
        }
      }
    },
  );

  test("nothing that a terminal obeys gets through", () => {
    for (const [columns, rows] of sizes) {
      const text = picture(viewOf(some), columns, rows).join("");
      const obeyed = [...text].filter((one) =>
        one < " " || (one >= "\x7f" && one < "\xa0") || /[\u202e\u2066]/.test(one)
      );
      expect(obeyed).toEqual([]);
    }
  });
});

test("80 columns show session, agent, state, reason and what git counted", () => {
  const lines = picture(viewOf(some.slice(0, 1)), 80, 24);
  expect(lines[0]).toBe(" berth top   1 needs you");
  expect(lines[3]).toMatch(/^ ❯ ● shop\/auth +claude +waiting 1 h +permission for Bash +feature… ±2 ↑1$/);
  expect(lines[22]).toContain("claude waiting 1 h: permission for Bash");
  expect(lines[23]).toEndWith("q quit");
});

test("without colours there is no escape sequence at all", () => {
  expect(picture(viewOf(some), 100, 30).join("\n")).not.toContain("\x1b");
  expect(picture(viewOf(some), 100, 30, true).join("\n")).toContain("\x1b[");
});

describe("a thousand rows", () => {
  const many = Array.from({ length: 1000 }, (_, at) => row(`s${String(at).padStart(4, "0")}`));
  const size = { columns: 80, rows: 24 };

  test("the meant one is on the screen, wherever it is", () => {
    let [view, top] = [viewOf(many), 0];
    const walk = ["down", "page-down", "end", "up", "page-up", "home", "down"] as const;
    for (const key of [...walk, ...walk, ...Array<"down">(60).fill("down")]) {
      view = pressed(view, key, pageOf(size)).view;
      top = windowOf(view, size, top);
      const lines = pictureOf(view, {
        size,
        now,
        paint: coloursOf({ variables: { NO_COLOR: "1" }, isTerminal: () => false }),
        git,
      }, top);
      expect(lines.filter((line) => line.startsWith(" ❯"))).toHaveLength(1);
      expect(lines.find((line) => line.startsWith(" ❯"))).toContain(selectedRow(view)?.id ?? "none");
    }
  });

  test("a filter leaves what has its words", () => {
    const view = viewOf(many, { filter: "S000 idle" });
    expect(visibleRows(view)).toHaveLength(10);
  });
});

describe("keys", () => {
  const press = (view: View, ...keys: string[]) =>
    keys.reduce((now, text) => pressed(now, { text }, 10).view, view);
  const rows = [
    row("w1", { state: "waiting", since: "2026-03-01T10:00:00.000Z" }),
    row("w2", { state: "waiting", since: "2026-03-01T10:01:00.000Z" }),
    row("done", { state: "finished" }),
  ];

  test("n goes round those who wait; without any, to what calls otherwise", () => {
    const seen = [1, 2, 3].map((count) =>
      selectedRow(press(viewOf(rows), ...Array<string>(count).fill("n")))?.id
    );
    expect(seen).toEqual(["w2", "w1", "w2"]);
    expect(selectedRow(press(viewOf([row("x"), rows[2] as QueueRow]), "j", "n"))?.id).toBe("done");
    expect(press(viewOf([row("x")]), "n").message).toBe("nobody needs you");
  });

  test("what cannot be taken back is asked first, and only the right letter does it", () => {
    const asked = press(viewOf(rows), "s");
    expect(pressed(asked, { text: "y" }, 10).effect).toEqual({ kind: "stop", row: rows[0] as QueueRow });
    for (const key of ["n", "s", "f"]) expect(pressed(asked, { text: key }, 10).effect).toBeNull();
    expect(pressed(asked, "enter", 10).effect).toBeNull();
    const ended = press(viewOf(rows), "x");
    expect(pressed(ended, { text: "f" }, 10).effect?.kind).toBe("finish");
    expect(pressed(ended, { text: "d" }, 10).effect?.kind).toBe("destroy");
    expect(pressed(ended, { text: "y" }, 10).effect).toBeNull();
  });

  test("in a filter letters are letters", () => {
    const view = press(viewOf(rows), "/", "q", "x", "漢");
    expect([view.filter, view.mode]).toEqual(["qx漢", "filter"]);
    expect(pressed(view, "backspace", 10).view.filter).toBe("qx");
    expect(pressed(view, "escape", 10).view).toMatchObject({ filter: "", mode: "list" });
  });

  test("the order settles at a key, and the meant row stays the meant one", () => {
    const first = viewOf(rows);
    const changed = rows.map((one) => one.id === "w1" ? { ...one, state: "working" as const } : one);
    const view = { ...first, selected: "w1", queue: taken(first.queue, changed, 5) };
    expect(visibleRows(view).map(({ id }) => id)).toEqual(["w1", "w2", "done"]);
    const after = pressed(view, { text: "?" }, 10).view;
    expect(visibleRows(after).map(({ id }) => id)).toEqual(["w2", "done", "w1"]);
    expect(selectedRow(after)?.id).toBe("w1");
  });
});

test("only lines that differ are written", () => {
  expect(difference(["a", "b"], ["a", "b"])).toBe("");
  expect(difference(["a", "b"], ["a", "c"])).toBe("\x1b[2;1H\x1b[0m\x1b[Kc");
  expect(difference(["a", "b"], ["a"])).toBe("\x1b[2;1H\x1b[0m\x1b[K");
  expect(difference(null, ["a", ""])).toBe("\x1b[0m\x1b[2J\x1b[1;1H\x1b[0m\x1b[Ka");
});
