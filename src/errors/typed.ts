/** How the session of that name has to be typed where we are; null where its name will do. */
export type Typing = (name: string) => string | null;

let typing: Typing = () => null;

/** From now on hints call sessions so. Asked only when a hint is made. */
export const typeBy = (how: Typing): void => void (typing = how);

/** A session's name as a hint has it: typed as it stands it means that session and no other. */
export const typed = (name: string): string => typing(name) ?? name;

/** What a hint is made from, with its session so. */
export function asTyped<D>(data: D): D {
  if (typeof data !== "object" || data === null || !("session" in data)) return data;
  return typeof data.session === "string" ? { ...data, session: typed(data.session) } : data;
}
