/** Until the time is over, in milliseconds, or something has ended. */
export async function pause(ms: number, ended: Promise<unknown>): Promise<"over" | "ended"> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<"over">((resolve) => timer = setTimeout(() => resolve("over"), ms));
  const which = await Promise.race([over, ended.then(() => "ended" as const)]);
  clearTimeout(timer);
  return which;
}
