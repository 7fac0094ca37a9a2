/**
 * What is done one at a time, since waiting for a lock that this very process holds would end at the lock's limit.
 */
export class Queue {
  #last: Promise<unknown> = Promise.resolve();

  /** @param signal what is taken back before its turn is not begun */
  run<T>(signal: AbortSignal, work: () => T | Promise<T>): Promise<T> {
    const turn = this.#last.then(() => {
      signal.throwIfAborted();
      return work();
    });
    this.#last = turn.catch(() => {});
    return turn;
  }
}
