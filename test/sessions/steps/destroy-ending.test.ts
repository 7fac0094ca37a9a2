/** The end of a destruction is made ready while git is at work, which somebody else may be on the session too. */
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { berth } from "../../support/berth.ts";
import { type Finishable, finishable } from "../../support/finish.ts";
import { gitBy, type Project } from "../../support/project.ts";

/** Seconds until a test gives up waiting for the record's end. */
const LIMIT = 20;

/** Git waits in front of the worktree's removal until the record's end is ready, and does something more. */
const gitWaiting = (p: Project, then: string) =>
  gitBy(
    p,
    `case " $* " in *" worktree remove "*)
  tries=0
  until grep -l '"kind":"destroyed"' "${p.store}"/sessions/*.tmp > "${p.home}/ready" 2> /dev/null; do
    tries=$((tries + 1)); [ $tries -lt ${LIMIT * 20} ] || break; sleep 0.05
  done
  ${then};;
esac
exec "$GIT" "$@"`,
  );

const ready = (p: Project): string => readFileSync(join(p.home, "ready"), "utf8");
const temporaries = (p: Project): string[] =>
  ["sessions", "archive"].flatMap((folder) => readdirSync(join(p.store, folder))).filter((name) =>
    name.endsWith(".tmp")
  );

const eventsOf = (p: Project) =>
  readFileSync(join(p.store, "events", "events.jsonl"), "utf8").split("\n").filter((line) =>
    line.trim() !== ""
  )
    .map((line) => JSON.parse(line));

function archived(p: Project) {
  const found = p.stored("archive").map((name) =>
    JSON.parse(readFileSync(join(p.store, "archive", name), "utf8"))
  );
  expect([found.length, p.stored("sessions"), temporaries(p)]).toEqual([1, [], []]);
  return found[0];
}

const WAYS: readonly [string, readonly string[]][] = [
  ["destroy", ["destroy", "auth", "--cleanup"]],
  ["destroy with the branch", ["destroy", "auth", "--cleanup", "--delete-branch", "--force-branch"]],
  ["finish", ["finish", "auth"]],
];

async function done(p: Finishable, words: readonly string[], then: string) {
  const result = await p.in(p.root, [berth, ...words], gitWaiting(p, then));
  expect(ready(p)).toContain(".session.json.");
  return result;
}

describe.each(WAYS)("%s", (_, words) => {
  test("has the record's end on the disk before git is through, where nobody sees it", async () => {
    const p = await finishable();
    const look =
      `"${berth}" list --json > "${p.home}/seen"; "${berth}" archives --json > "${p.home}/archives"`;
    expect(await done(p, words, look)).toMatchObject({ status: 0 });
    const seen = JSON.parse(readFileSync(join(p.home, "seen"), "utf8"));
    expect(JSON.stringify(seen)).toContain('"name":"auth"');
    expect(readFileSync(join(p.home, "archives"), "utf8")).not.toContain("--reset--");
    const { history, pending } = archived(p);
    expect([history.at(-1).kind, pending]).toEqual(["destroyed", undefined]);
    expect(JSON.parse(await p.ok("doctor", "--json")).findings).toEqual([]);
  });

  test("keeps what somebody writes into the session meanwhile", async () => {
    const p = await finishable();
    const { id } = await p.session("auth");
    expect(await done(p, words, `"${berth}" set --session-id ${id} late yes > "${p.home}/set" 2>&1`))
      .toMatchObject({ status: 0 });
    const { sharedState, history } = archived(p);
    expect([sharedState, history.at(-1).kind]).toEqual([{ late: "yes" }, "destroyed"]);
    await p.ok("restore", "auth", "--worktree");
    expect(existsSync(join(await p.worktree("auth"), "file.txt"))).toBe(true);
  });

  test("is told of in its order, with what somebody does meanwhile", async () => {
    const p = await finishable();
    const { id } = await p.session("auth");
    const { seq } = eventsOf(p).at(-1);
    await done(p, words, `"${berth}" set --session-id ${id} late yes > "${p.home}/set" 2>&1`);
    const told = eventsOf(p).filter((one) => one.seq > seq && one.session === id);
    const [first, ...rest] = told.map(({ type, data }) => [type, data.key].join(" ").trim());
    expect([first, ...rest.slice(-3)]).toEqual([
      "session.changed",
      "session.changed late",
      "worktree.removed",
      "session.deleted",
    ]);
  });

  test("comes to its end where somebody has cleared it away meanwhile", async () => {
    const p = await finishable();
    const clear = `"${berth}" doctor --fix > "${p.home}/fixed" 2>&1`;
    expect(await done(p, words, clear)).toMatchObject({ status: 0 });
    expect(readFileSync(join(p.home, "fixed"), "utf8")).toContain("temporary file");
    expect(archived(p).history.at(-1).kind).toBe("destroyed");
  });

  test("leaves nothing of it where git fails", async () => {
    const p = await finishable();
    const { status } = await done(p, words, "exit 1");
    expect(status).toBeGreaterThan(0);
    expect([p.stored("archive"), temporaries(p)]).toEqual([[], []]);
    const { pending, history } = await p.session("auth");
    expect([pending, history.some(({ kind }) => kind === "destroyed")]).toEqual([undefined, false]);
    expect(existsSync(join(p.tree, "file.txt"))).toBe(true);
  });

  test("is gone on with where it is killed then", async () => {
    const p = await finishable();
    await done(p, words, `kill -9 $PPID; exec "$GIT" "$@"`).then(
      ({ status }) => expect(status).toBe(137),
      (error) => expect(String(error)).toContain("took too long"),
    );
    expect(ready(p)).toContain(".session.json.");
    await p.ok("doctor", "--fix");
    expect(archived(p).history.at(-1).kind).toBe("destroyed");
    expect(existsSync(p.tree)).toBe(false);
  });
});
