import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { checkServerIdentity, type ConnectionOptions, type PeerCertificate } from "node:tls";
import { fail, quotePath } from "../../errors/errors.ts";
import { type DatabaseServer, isNear } from "./server.ts";
import type { Settings } from "./settings.ts";

/** What the client is told of TLS: false for none, `prefer` for what the server offers. */
export function tlsOf(settings: Settings, { host }: DatabaseServer): false | "prefer" | ConnectionOptions {
  const { sslmode, sslrootcert, sslcert, sslkey } = settings;
  // Over a socket PostgreSQL has none.
  if (host.startsWith("/") || sslmode === "disable") return false;
  if (sslmode === "allow" || sslmode === "prefer") return "prefer";
  const own = {
    ...sslrootcert === undefined || sslrootcert === "system" ? {} : { ca: read(sslrootcert) },
    ...sslcert === undefined ? {} : { cert: read(sslcert) },
    ...sslkey === undefined ? {} : { key: read(sslkey) },
  };
  if (sslmode === "require") return { ...own, rejectUnauthorized: false };
  if (sslmode === "verify-ca") {
    return {
      ...own,
      rejectUnauthorized: true,
      checkServerIdentity: () => undefined,
    };
  }
  if ("Deno" in globalThis && isIP(host) !== 0) {
    throw fail("bad_shared_url", {
      why: "under Deno a certificate is not checked against an address; name the host",
    });
  }
  // With an address for a host the runtimes compare with another name, or with none: so we say with which.
  const check = (_: string, certificate: PeerCertificate) => checkServerIdentity(host, certificate);
  return { ...own, rejectUnauthorized: true, checkServerIdentity: check };
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw fail("bad_shared_url", { why: `the file ${quotePath(file)} that it names cannot be read` });
  }
}

/** What is to be said of a connection that others could read or take over; null where nothing is. */
export function weakness({ sslmode, servers }: Settings): string | null {
  if (sslmode === "verify-full" || servers.every(({ host }) => isNear(host))) return null;
  const what = sslmode === "verify-ca" || sslmode === "require" ? "pretend to be the server" : "read along";
  return `sslmode=${sslmode}: somebody on the way can ${what}; verify-full prevents that`;
}
