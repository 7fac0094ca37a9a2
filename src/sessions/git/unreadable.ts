/** What stands in a name for a byte that is not UTF-8, once what git writes, or a directory has, is text. */
export const UNREADABLE = "\uFFFD";
