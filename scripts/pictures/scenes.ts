/** What each picture shows: a terminal of this size, and what is typed at it. */
export interface Scene {
  readonly about: string;
  readonly columns: number;
  readonly rows: number;
  readonly directory: string;
  /** Every program's clock starts at it. */
  readonly time: string;
  /** Lines that are typed one after the other, each at its prompt. */
  readonly typed: readonly string[];
  /** Where the last line does not end by itself: all that stands on the screen when it is drawn. */
  readonly shown?: readonly RegExp[];
}

/** The moment of what is looked at; what the sessions did is some minutes before it, none of them at a full one. */
const NOW = "2026-03-02 10:00:10";

export const SCENES: Readonly<Record<string, Scene>> = {
  top: {
    about: "berth top: which sessions and agents need somebody, the longest waiting first",
    columns: 100,
    rows: 13,
    directory: "/srv/shop",
    time: NOW,
    typed: ["berth top"],
    shown: [
      /2 need you/,
      /auth ±2/,
      /mail ±1/,
      /search ↑1/,
      /q quit/,
    ],
  },
  list: {
    about: "berth list --git: every session with its agent, and what git says of its branch",
    columns: 100,
    rows: 14,
    directory: "/srv/shop",
    time: NOW,
    typed: ["berth list --git"],
  },
  explain: {
    about:
      "berth explain: the processes from the outermost to the command, and which variables were believed",
    columns: 100,
    rows: 24,
    directory: "/srv/shop",
    time: NOW,
    typed: ["export SSH_CONNECTION='127.0.0.1 50022 127.0.0.1 22'", "sh build.sh"],
  },
  day: {
    about: "A day: berth new, cd, a commit, diff, list, and finish, which merges and tidies up",
    columns: 100,
    rows: 44,
    directory: "/srv/site",
    time: "2026-03-02 14:00:00",
    typed: [
      "berth new login",
      "berth cd login",
      "echo 'export const login = () => true;' > login.ts",
      "git add . && git commit -qm 'login: a first draft'",
      "berth diff login",
      "berth list --here --git",
      "berth finish login",
    ],
  },
};
