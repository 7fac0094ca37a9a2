/** Run it for its effect where a failure has been told already, or is none. */
export function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // As its callers say.
  }
}
