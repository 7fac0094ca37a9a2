/** The command that locks the file on its standard input for the process that started it. */
export const LOCK_WORD = "internal:lock";
