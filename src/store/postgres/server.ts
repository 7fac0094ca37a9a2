/** One server of those that the URL names. A path is the directory of a Unix socket. */
export interface DatabaseServer {
  readonly host: string;
  readonly port: number;
}

/** A host that no network lies before. */
export const isNear = (host: string): boolean =>
  host.startsWith("/") || host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
