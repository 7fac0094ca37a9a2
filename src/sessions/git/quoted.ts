/** As git reads a name that begins with a quotation mark: the one way to give it one with a newline. */
export const quoted = (path: string): string =>
  `"${path.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\r", "\\r")}"`;
