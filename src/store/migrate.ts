/** A record of any version, as it was parsed. */
export type Document = Readonly<Record<string, unknown>>;

/** Makes a document of version n + 1 of one of version n, without a look at anything else. */
export type Migration = (document: Document) => Document;

/** The step from version n stands at n. There is none yet: 1 is the first version. */
export const STEPS: Readonly<Record<number, Migration>> = {};

/**
 * Bring a document to the version `to` by one step after the other. Nothing is written: that is left to the next
 * write of the session. Fields that a step does not know stay.
 *
 * @param from the document's own version, at most `to`
 * @returns null where a step is missing, which is a version that never was
 */
export function migrate(document: Document, from: number, to: number, steps = STEPS): Document | null {
  let current = document;
  for (let version = from; version < to; version += 1) {
    const step = steps[version];
    if (step === undefined) return null;
    current = { ...step(current), schema: version + 1 };
  }
  return current;
}
