/** `berth list --git` beside the same questions of git by as many processes at a time, a row of `npm run bench`. */
import { repositoryAt } from "./bench-sessions.ts";
import { median, table } from "./measure.ts";

const WORKTREES = 20;
const ROUNDS = 31;

const SCRIPT = "ls -d .worktrees/????????-????-* | xargs -P8 -I{} sh -c " +
  '"git -C {} status --porcelain; git -C {} rev-list --left-right --count main...HEAD --"';

/** @returns whether it is within the budget */
export function gitLists(directory: string, berth: string, rounds = ROUNDS): boolean {
  const call = repositoryAt(`${directory}/listed`, directory);
  call(berth, "config", "limits.sessions", String(WORKTREES));
  for (let session = 0; session < WORKTREES; session++) call(berth, "new", `looked-${session}`);
  const all: Record<string, readonly string[]> = {
    "xargs -P8": ["sh", "-c", SCRIPT],
    "list --git": [berth, "list", "--here", "--git"],
  };
  const times = new Map<string, number[]>(Object.keys(all).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, command] of Object.entries(all).toSorted(() => Math.random() - 0.5)) {
      const took = call(...command);
      // The first round is for the caches.
      if (round > 0) times.get(name)?.push(took);
    }
  }
  const what = `berth list --here --git, ${WORKTREES} worktrees`;
  return table(new Map([...times].map(([name, values]) => [name, median(values)])), [
    { what, of: ["list --git"], against: ["xargs -P8"], budget: 2 },
  ]);
}
