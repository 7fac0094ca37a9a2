/** Wait until a condition holds. @throws Error with what was waited for, after `limit` milliseconds */
export async function until<T>(
  what: string,
  probe: () => T | undefined | Promise<T | undefined>,
  limit = 20_000,
): Promise<T> {
  const end = performance.now() + limit;
  while (true) {
    const value = await probe();
    if (value !== undefined) return value;
    if (performance.now() > end) throw new Error(`Waited ${limit} ms in vain for ${what}`);
    await Bun.sleep(20);
  }
}
