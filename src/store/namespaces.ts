/** Namespaces that berth gives to sessions of this machine. */
const LOCAL = " ex tmux screen zellij ssh terminal anchor uuid ";

/** The namespace of an ID, the empty string where there is none. */
export const namespaceOf = (id: string): string => id.slice(0, Math.max(0, id.indexOf("--")));

/** Whether the ID could be of a session that several machines share. What can be none costs nobody a look. */
export const mayBeShared = (id: string): boolean =>
  id.includes("--") && !LOCAL.includes(` ${namespaceOf(id)} `);
