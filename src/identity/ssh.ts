import { anchorId } from "./anchor.ts";
import { foundId } from "./label.ts";
import { type Answer, believe, enclosing, environmentWith, part, passOver, type Place } from "./place.ts";
import { isSshServer } from "./programs.ts";

const ADDRESS = "[0-9A-Fa-f:.]+(?:%[A-Za-z0-9._-]+)?";
/** `client port server port` of SSH_CONNECTION, `client port port` of SSH_CLIENT (ssh(1)); UNKNOWN without a socket. */
const connectionForm = () =>
  new RegExp(`^(?:${ADDRESS}|UNKNOWN) \\d{1,5}(?: (?:${ADDRESS}|UNKNOWN))? \\d{1,5}$`);

/**
 * SSH: an sshd that opened our terminal, or that runs us without one. The variable alone is inherited by
 * everything that is started from a login, so it only names the connection.
 */
export function ssh(place: Place): Answer | undefined {
  const { name, connection } = connectionOf(place);
  const server = enclosing(place, (process) => isSshServer(process.name));
  if (server === undefined) {
    return name === undefined ? undefined : passOver(place, name, "inherited: no sshd opened this terminal");
  }
  const source = connection === undefined ? "ssh-ancestor" : "ssh-env";
  if (name !== undefined && connection === undefined) {
    passOver(place, name, "not the addresses of a connection");
  } else believe(place, name ?? "sshd", `${server.name}, process ${server.pid}, is above`);
  const id = place.terminal === undefined && connection !== undefined
    ? connectionId(place, connection)
    : login(place);
  return id === undefined ? undefined : { id, source };
}

function connectionOf(place: Place): { name?: "SSH_CONNECTION" | "SSH_CLIENT"; connection?: string } {
  for (const name of ["SSH_CONNECTION", "SSH_CLIENT"] as const) {
    const value = environmentWith(place, name)[name];
    if (value !== undefined) return connectionForm().test(value) ? { name, connection: value } : { name };
  }
  return {};
}

/**
 * A login is known by its own terminal's anchor and not by the connection: terminals that share one connection
 * are several, and whoever cannot see the variable finds the same.
 */
const login = (place: Place): string | undefined =>
  place.anchor === undefined ? undefined : anchorId(place, place.anchor, "ssh");

/** Without a terminal every command over one connection belongs together. */
function connectionId({ facts, means }: Place, connection: string): string {
  return foundId("ssh", means.sha256(["ssh", part(facts.boot), ...connection.split(" ")].join(":")));
}
