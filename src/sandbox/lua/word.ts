/** The command word by which berth starts itself as the child that runs a script; nobody types it by accident. */
export const CHILD_WORD = "internal:lua-child";
