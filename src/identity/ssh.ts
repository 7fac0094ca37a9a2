import { anchorId } from "./anchor.ts";
import { type Answer, believe, enclosing, environmentWith, passOver, type Place } from "./place.ts";
import { isSshServer } from "./programs.ts";

const ADDRESS = "[0-9A-Fa-f:.]+(?:%[A-Za-z0-9._-]+)?";
/** `client port server port` of SSH_CONNECTION, `client port port` of SSH_CLIENT (ssh(1)); UNKNOWN without a socket. */
const connectionForm = () =>
  new RegExp(`^(?:${ADDRESS}|UNKNOWN) \\d{1,5}(?: (?:${ADDRESS}|UNKNOWN))? \\d{1,5}$`);

/**
 * SSH: an sshd that opened our terminal, or that runs us without one. The variable alone is inherited by
 * everything that is started from a login.
 */
export function ssh(place: Place): Answer | undefined {
  const { name, wellFormed } = place.environments.length === 0 ? NO_CONNECTION : connectionOf(place);
  const server = enclosing(place, isSshServer, name === undefined ? "kernel's name" : "any name");
  if (server === undefined) {
    return name === undefined ? undefined : passOver(place, name, "inherited: no sshd opened this terminal");
  }
  const source = wellFormed ? "ssh-env" : "ssh-ancestor";
  if (name !== undefined && !wellFormed) passOver(place, name, "not the addresses of a connection");
  else believe(place, name ?? "sshd", `${server.name}, process ${server.pid}, is above`);
  // With a terminal a login is its anchor and not its connection: terminals that share one connection are several.
  // Without one, all commands over one connection belong together, and the server's process is one per connection:
  // `env -i` and `sudo -u` take the variable away, and a port comes again, a process with its start time does not.
  const anchor = place.terminal?.anchor ?? server;
  const id = anchorId(place, anchor, "ssh");
  return id === undefined ? undefined : { id, source, anchor };
}

const NO_CONNECTION = { name: undefined, wellFormed: false };

const named = (name: "SSH_CONNECTION" | "SSH_CLIENT", value: string) => ({
  name,
  wellFormed: connectionForm().test(value),
});

/** Whether and how the environment names a connection; a value of another form names none. */
function connectionOf(
  place: Place,
): { name: "SSH_CONNECTION" | "SSH_CLIENT" | undefined; wellFormed: boolean } {
  const { SSH_CONNECTION } = environmentWith(place, "SSH_CONNECTION");
  if (SSH_CONNECTION !== undefined) return named("SSH_CONNECTION", SSH_CONNECTION);
  const { SSH_CLIENT } = environmentWith(place, "SSH_CLIENT");
  return SSH_CLIENT === undefined ? NO_CONNECTION : named("SSH_CLIENT", SSH_CLIENT);
}
