/** Answer every question once: the first answer is kept under its key, whatever happens to the machine meanwhile. */
export function memory(): <T>(key: string, read: () => T) => T {
  const answers = new Map<string, unknown>();
  return <T>(key: string, read: () => T): T => {
    if (!answers.has(key)) answers.set(key, read());
    return answers.get(key) as T;
  };
}
