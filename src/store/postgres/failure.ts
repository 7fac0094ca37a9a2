import { BerthError, fail } from "../../errors/errors.ts";

interface Failed {
  readonly code?: unknown;
  readonly message?: unknown;
}

/** SQLSTATEs (PostgreSQL's documentation, appendix A) that say that this server is not to be had at the moment. */
const AWAY: Readonly<Record<string, string>> = {
  "57P01": "an administrator ended the connection",
  "57P02": "it crashed and starts again",
  "57P03": "it is starting up or shutting down",
  "53300": "it has no room for one more connection",
  "08P01": "a pooler refused the connection",
};

/** Codes of the client and of the system for a connection that did not come about or broke. */
const CONNECTION =
  /^(CONNECT|CONNECTION|E(CONN|HOST|NET|PIPE|NOTFOUND|AI_|TIMEDOUT|ADDR|ACCES|NOENT|PERM)|CERT|DEPTH|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL|ERR_)/;

/** What a connection failed of; null for what the server itself said. */
export function whyUnreachable(error: unknown, host: string): BerthError | null {
  if (error instanceof BerthError) return error;
  const { code, message } = error as Failed;
  const text = typeof code === "string" ? code : "";
  if (text in AWAY) return fail("shared_unreachable", { host, why: AWAY[text] ?? "" }, error);
  if (/^[0-9A-Z]{5}$/.test(text) && !CONNECTION.test(text)) return null;
  return fail("shared_unreachable", { host, why: inWords(text, String(message)) }, error);
}

function inWords(code: string, message: string): string {
  switch (code) {
    case "ECONNREFUSED":
      return "nothing listens there";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "its name is not known";
    case "ENOENT":
      return "there is no such socket";
    case "CONNECT_TIMEOUT":
    case "ETIMEDOUT":
      return "it did not answer in time";
    case "CONNECTION_CLOSED":
    case "CONNECTION_ENDED":
    case "CONNECTION_DESTROYED":
    case "ECONNRESET":
    case "EPIPE":
      return "the connection broke";
  }
  // Texts of a TLS library; nothing of ours is in them.
  return `${message.slice(0, 200)}${code === "" || message.includes(code) ? "" : ` (${code})`}`;
}

/** What the server says of a statement, as a failure of ours. Its words never have a value of the user's. */
export function failureOf(error: unknown, host: string): BerthError {
  const away = whyUnreachable(error, host);
  if (away !== null) return away;
  const { code, message } = error as Failed;
  const why = `${String(message).slice(0, 300)} (${String(code)})`;
  switch (String(code)) {
    case "3F000":
    case "42P01":
    case "42883":
      return fail("shared_not_set_up", { host }, error);
    case "28P01":
    case "28000":
    case "3D000":
    case "42501":
      return fail("shared_refused", { host, why }, error);
    case "25006":
      return fail("shared_read_only", { host }, error);
    case "55P03":
    case "57014":
      return fail("shared_busy", { host }, error);
    case "25P03":
    case "P0L05":
      return fail("lock_lost", { what: "the lock in the database", why: "it was held for too long" }, error);
    case "P0L06":
      return fail("fenced", {}, error);
    default:
      return fail("shared_failed", { host, why }, error);
  }
}
