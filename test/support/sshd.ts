import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { run, scratch, until } from "./berth.ts";

/** An sshd on a loopback port with keys made for the test. */
export interface Sshd {
  /** The beginning of an ssh command line that logs in there. */
  readonly ssh: readonly string[];
  readonly stop: () => Promise<void>;
}

/**
 * @param config more lines of sshd_config
 */
export async function startSshd(config: readonly string[] = []): Promise<Sshd> {
  const directory = scratch("berth-sshd-");
  const port = await freePort();
  for (const key of ["host", "user"]) {
    await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", `${directory}/${key}`]);
  }
  writeFileSync(`${directory}/authorized_keys`, await Bun.file(`${directory}/user.pub`).text(), {
    mode: 0o600,
  });
  chmodSync(directory, 0o700);
  // Debian's sshd wants this directory of its package's start script.
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  writeFileSync(
    `${directory}/config`,
    [
      `Port ${port}`,
      "ListenAddress 127.0.0.1",
      `HostKey ${directory}/host`,
      `AuthorizedKeysFile ${directory}/authorized_keys`,
      `PidFile ${directory}/pid`,
      "StrictModes no",
      "PasswordAuthentication no",
      "PermitRootLogin prohibit-password",
      "UsePAM no",
      "PrintMotd no",
      "PrintLastLog no",
      "PermitUserEnvironment no",
      ...config,
      "",
    ].join("\n"),
  );
  const server = Bun.spawn([sshd(), "-D", "-e", "-f", `${directory}/config`], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: Bun.file(`${directory}/log`),
    detached: true,
  });
  const options = [
    `IdentityFile=${directory}/user`,
    "IdentitiesOnly=yes",
    "StrictHostKeyChecking=no",
    `UserKnownHostsFile=${directory}/known`,
    "LogLevel=ERROR",
    "BatchMode=yes",
    "ControlPath=none",
  ];
  const ssh = [
    "ssh",
    "-F",
    "none",
    ...options.flatMap((option) => ["-o", option]),
    "-p",
    String(port),
    `${(await run(["id", "-un"])).stdout.trim()}@127.0.0.1`,
  ];
  const stop = async () => {
    server.kill();
    await server.exited;
  };
  try {
    const answers = async () => (await run([...ssh, "true"])).status === 0 || undefined;
    await until(`sshd on port ${port}`, answers);
  } catch (error) {
    await stop();
    throw error;
  }
  return { ssh, stop };
}

const sshd = (): string => Bun.which("sshd", { PATH: `${process.env["PATH"]}:/usr/sbin` }) ?? "sshd";

async function freePort(): Promise<number> {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = listener;
  listener.stop(true);
  return await Promise.resolve(port);
}
