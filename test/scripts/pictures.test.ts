/** The pictures of the docs are what the binary shows now. */
import { describe, expect, test } from "bun:test";
import { globSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { screenOf } from "../../scripts/pictures/cells.ts";
import { pictures } from "../../scripts/pictures/draw.ts";
import { settled } from "../../scripts/pictures/settled.ts";
import { svgOf } from "../../scripts/pictures/svg.ts";
import { THEMES } from "../../scripts/pictures/themes.ts";
import { berth, root } from "../support/berth.ts";

const directory = join(root, "docs", "pictures");
const kept = readdirSync(directory).sort();

test("drawn again they are the same; if they are not, `npm run pictures` draws them anew", async () => {
  const drawn = await pictures(berth);
  expect([...drawn.keys()].sort()).toEqual(kept);
  for (const [name, text] of drawn) expect(text).toBe(readFileSync(join(directory, name), "utf8"));
}, 300_000);

test("each is shown by a page, light and dark, with words for who does not see it", () => {
  const shown = new Set<string>();
  for (const page of ["README.md", ...globSync("docs/**/*.md", { cwd: root })]) {
    const text = readFileSync(join(root, page), "utf8");
    for (const [, dark = "", light = "", alt = ""] of text.matchAll(PICTURE)) {
      const path = (link: string) => relative(directory, resolve(root, dirname(page), link));
      expect(path(light).replace("-light", "-dark")).toBe(path(dark));
      const svg = readFileSync(join(directory, path(light)), "utf8");
      expect(svg).toContain(`<title>${alt}</title>`);
      shown.add(path(dark)).add(path(light));
    }
    expect(text.match(/<img /g)?.length ?? 0).toBe([...text.matchAll(PICTURE)].length);
  }
  expect([...shown].sort()).toEqual(kept);
});

const PICTURE =
  /<picture>\n {2}<source media="\(prefers-color-scheme: dark\)" srcset="(.*)">\n {2}<img src="(.*)" alt="(.*)">\n<\/picture>/g;

describe("what a terminal shows as an SVG", () => {
  test("text stands where its cells are, in the colours of the theme, and is never markup", async () => {
    const screen = await screenOf("a \x1b[1;33m<b>\x1b[0m &\x1b[2m 漢c\x1b[0m\n\n\x1b[31mend\x1b[0m", 20, 5);
    expect(screen.rows).toEqual([
      [
        { column: 0, width: 1, text: "a", colour: null, bold: false, faint: false },
        { column: 2, width: 3, text: "<b>", colour: 3, bold: true, faint: false },
        { column: 6, width: 1, text: "&", colour: null, bold: false, faint: false },
        { column: 8, width: 3, text: "漢c", colour: null, bold: false, faint: true },
      ],
      [],
      [{ column: 0, width: 3, text: "end", colour: 1, bold: false, faint: false }],
    ]);
    for (const theme of Object.values(THEMES)) {
      const svg = svgOf(screen, theme, "a & b");
      expect(svg).toContain("<title>a &amp; b</title>");
      expect(svg).toContain(
        `fill="${theme.palette[3]}" font-weight="bold" xml:space="preserve">&lt;b&gt;</text>`,
      );
      expect(svg).toContain(`fill="${theme.faint}" xml:space="preserve">漢c</text>`);
    }
  });

  test("numbers of a run become ones that are always the same, each its own", () => {
    const one = settled(
      "tmux--00ff\nbash 77 (leads its session) /dev/pts/8\nfound in 3.25 ms\n1234567 7654321 1234567",
    );
    const other = settled(
      "tmux--00ff\nbash 5 (leads its session) /dev/pts/9\nfound in 14 ms\nabcdef1 0fedcba abcdef1",
    );
    expect(one).toBe(other);
    expect(settled("$ berth finish a\nberth: at work to merge: 2 s\na\n")).toBe("$ berth finish a\na\n");
    const [first, second, third] = one.split("\n").at(-1)?.split(" ") ?? [];
    expect(first).toBe(third);
    expect(first).not.toBe(second);
    expect(settled("2026-03-02 10:00, 3 files, deadbeef and facade")).toContain("2026-03-02 10:00, 3 files");
  });
});
