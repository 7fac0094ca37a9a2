/** Which path the hook writes into its text: the native program's own where it stays, and none where it will not. */
import { describe, expect, test } from "bun:test";
import { copyFileSync, mkdirSync, symlinkSync } from "node:fs";
import { lastingPath } from "../../src/hooks/lasting-path.ts";
import { berth, run, scratch } from "../support/berth.ts";

const LASTING: readonly (readonly [string, string])[] = [
  ["the installer's", "/home/someone/.local/bin/berth"],
  ["Debian's", "/usr/bin/berth"],
  ["npm's, global", "/usr/lib/node_modules/berth/node_modules/@berth/linux-x64/bin/berth"],
  ["npm's, below nvm", "/home/someone/.nvm/versions/node/v22.1.0/lib/node_modules/berth/bin/berth"],
  ["Bun's, global", "/home/someone/.bun/install/global/node_modules/@berth/linux-x64/bin/berth"],
  ["Homebrew's link", "/opt/homebrew/bin/berth"],
  ["Scoop's current one", "C:/Users/Someone/scoop/apps/berth/current/berth.exe"],
  ["a name that only looks like one", "/srv/tmp/snap/nix/store/Cellars/berth"],
  ["quotes, blanks and signs", '/opt/it\'s "a" $(b) ;/berth'],
];

const PASSING: readonly (readonly [string, string])[] = [
  ["a temporary directory", "/tmp/berth-1.2/berth"],
  ["another", "/var/tmp/berth"],
  ["that of macOS", "/private/var/folders/x1/abc/T/berth"],
  ["that of this machine", "/scratch/me/berth"],
  ["that of Windows", "C:\\Users\\Someone\\AppData\\Local\\Temp\\berth.exe"],
  ["a mount of the session's", "/run/user/1000/app/berth"],
  ["npx", "/home/someone/.npm/_npx/0123abcd/node_modules/@berth/linux-x64/bin/berth"],
  ["npx on Windows", "C:\\Users\\Someone\\AppData\\Local\\npm-cache\\_npx\\0123\\node_modules\\berth.exe"],
  ["pnpm dlx", "/home/someone/Library/pnpm/dlx-1234/node_modules/berth/bin/berth"],
  ["pnpm's store", "/srv/app/node_modules/.pnpm/@berth+linux-x64@1.2.3/node_modules/berth/bin/berth"],
  ["a yarn cache", "/home/someone/.yarn/berry/cache/berth-1.2.3/berth"],
  ["Homebrew", "/opt/homebrew/Cellar/berth/1.2.3/bin/berth"],
  ["Homebrew on Linux", "/home/linuxbrew/.linuxbrew/Cellar/berth/1.2.3/bin/berth"],
  ["Nix", "/nix/store/0c5p0a2v-berth-1.2.3/bin/berth"],
  ["Guix", "/gnu/store/0c5p0a2v-berth-1.2.3/bin/berth"],
  ["mise", "/home/someone/.local/share/mise/installs/berth/1.2.3/bin/berth"],
  ["asdf", "/home/someone/.asdf/installs/berth/1.2.3/bin/berth"],
  ["Scoop, by its version", "C:\\Users\\Someone\\scoop\\apps\\berth\\1.2.3\\berth.exe"],
  ["snap", "/snap/berth/42/bin/berth"],
  ["proto", "/home/someone/.proto/tools/berth/1.2.3/berth"],
  ["Bun's cache", "/home/someone/.bun/install/cache/@berth/linux-x64@1.2.3/bin/berth"],
  ["Deno's cache", "/home/someone/deno/npm/registry/@berth/linux-x64/1.2.3/bin/berth"],
  ["any cache", "/home/someone/.cache/hermit/pkg/berth-1.2.3/berth"],
  ["any cache of macOS", "/Users/someone/Library/Caches/deno/berth"],
  ["a path that no text can hold", "/opt/a\nb/berth"],
  ["a name that is no text", "/opt/\uFFFD/berth"],
];

describe("is written", () => {
  test.each(LASTING)("%s", (_, path) => expect(lastingPath(path, "/scratch/me/")).toBe(path));

  test("with the separators that every shell reads", () => {
    expect(lastingPath("C:\\Program Files\\berth\\berth.exe", "C:\\t")).toBe(
      "C:/Program Files/berth/berth.exe",
    );
  });
});

describe("is left out", () => {
  test.each(PASSING)("%s", (_, path) => expect(lastingPath(path, "/scratch/me/")).toBe(""));
});

test("the text has the program's own path, also where it was called by a link, and PATH's name where it is passing", async () => {
  const directory = scratch();
  const [link, cellar] = [`${directory}/linked`, `${directory}/Cellar/berth/1.2.3/bin`];
  symlinkSync(berth, link);
  mkdirSync(cellar, { recursive: true });
  copyFileSync(berth, `${cellar}/berth`);
  symlinkSync(`${cellar}/berth`, `${directory}/berth`);
  const env = { TMPDIR: `${directory}/elsewhere` };
  for (const shell of ["bash", "zsh", "fish", "pwsh", "nu"]) {
    for (const kind of ["init", "completions"]) {
      const [plain, linked, kept] = await Promise.all(
        [[berth], [link], [`${directory}/berth`]].map(async ([program = ""]) =>
          (await run([program, kind, shell], { env })).stdout
        ),
      );
      expect(linked).toBe(plain ?? "");
      expect(plain).toContain(berth);
      expect(kept).not.toContain(directory);
    }
  }
});
