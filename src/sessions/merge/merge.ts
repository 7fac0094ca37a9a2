import { gitDirectory } from "../git/bare-root.ts";
import type { Environment } from "../git/git-environment.ts";
import type { Checkout } from "../git/checkout.ts";
import { type Git, gitIn } from "../git/git.ts";
import { mergeInCheckout } from "./in-checkout.ts";
import { stateOf } from "./in-the-way.ts";
import { mergeMarks } from "./lock-merges.ts";
import { type MergePlan, refuseDirty } from "./plan.ts";
import { changesOf } from "./preview.ts";
import { rebased, removeScratch } from "./rebased.ts";
import { userGitIn } from "./user-git.ts";
import { mergeWithoutCheckout, refuseHooks } from "./without-checkout.ts";

/**
 * Bring a session's branch into its base, as it was planned.
 *
 * @param scratch where a rebase is tried
 * @param meanwhile what is done when nothing keeps git from merging any more, or while it does; it may be done twice
 * @returns where the base stands now
 * @throws `finish_conflict`, `finish_failed`, `base_dirty`, `base_needs_checkout`; what was begun is taken back
 */
export async function mergeAsPlanned(
  id: string,
  checkout: Checkout,
  environment: Environment,
  plan: MergePlan,
  scratch: string,
  meanwhile: () => Promise<void>,
): Promise<string> {
  const { wanted, at, preview, state } = plan;
  const marks = mergeMarks(id);
  const userGit = (directory: string): Git => userGitIn(directory, { ...environment, ...marks });
  const { main, repository } = checkout;
  const inCheckout = (
    { directory }: Git,
    before: Promise<string>,
    { wanted, preview, changes }: Pick<MergePlan, "wanted" | "preview" | "changes">,
  ) =>
    mergeInCheckout({
      git: userGit(directory),
      plain: gitIn(directory, environment),
      directories: { common: repository.commonDir, own: gitDirectory(directory) },
      before,
      preview,
      changes,
      meanwhile,
    }, wanted);
  if (wanted.way !== "rebase" && at !== null) {
    return await inCheckout(at, state ?? stateOf(at), plan);
  }
  await meanwhile();
  if (wanted.way !== "rebase") return await mergeWithoutCheckout(userGit(main.directory), wanted, preview);
  try {
    const commit = await rebased(main, userGit, wanted, scratch);
    const moved = { ...wanted, commit, way: "ff" } as const;
    if (at === null) {
      await refuseHooks(userGit(main.directory), moved, { kind: "ahead" });
      return await mergeWithoutCheckout(userGit(main.directory), moved, { kind: "ahead" });
    }
    // Hooks ran meanwhile.
    const now = stateOf(at);
    const changes = await changesOf(at, moved.from, commit);
    await refuseDirty(at, moved, Promise.resolve(changes), false, now);
    return await inCheckout(at, now, { wanted: moved, preview: { kind: "ahead" }, changes });
  } finally {
    await removeScratch(main, repository.commonDir, scratch);
  }
}
