/** Jobs without a terminal, PID namespaces, and places where nothing outlives a command. */
import { expect, test } from "bun:test";
import { berth, cleanEnv, run, scratch, until } from "../../support/berth.ts";

const home = scratch();

/**
 * Run a shell script as a service manager or cron does: in a session of its own, without a terminal, its parent
 * gone so that it is a child of PID 1 or of a subreaper.
 */
async function job(script: string): Promise<string[]> {
  const file = `${home}/job-${crypto.randomUUID()}`;
  await Bun.write(`${file}.sh`, script);
  await run(["setsid", "--fork", "sh", "-c", `sh ${file}.sh > ${file} 2>&1; mv ${file} ${file}.done`]);
  for (let waited = 0; !await Bun.file(`${file}.done`).exists() && waited < 20_000; waited += 20) {
    await Bun.sleep(20);
  }
  return (await Bun.file(`${file}.done`).text()).trim().split("\n");
}

test("a whole job is one session, two jobs are two", async () => {
  const script =
    `${berth} id\nbash -c '${berth} id; true'\ntimeout 20 ${berth} id\nenv -i ${berth} id\nsetsid -w ${berth} id\n`;
  const [one, two] = [await job(script), await job(script)];
  expect(one[0]).toMatch(/^anchor--[0-9a-f]{64}$/);
  expect(new Set(one).size).toBe(1);
  expect(new Set(two).size).toBe(1);
  expect(two[0]).not.toBe(one[0]);
});

test.each([
  ["fakeroot", `fakeroot ${berth} id --json`],
  ["script", `script -qec "exec ${berth} id --json" /dev/null`],
])("one command is all that its job is known by, with %s around it", async (name, command) => {
  const file = `${home}/alone-${name}`;
  // Which ends with what is in its place, so that nothing is left to say so.
  await run(["setsid", "--fork", "sh", "-c", `exec ${command} > ${file} 2>&1 < /dev/null`]);
  const text = await until("the job", async () => {
    const written = await Bun.file(file).exists() ? await Bun.file(file).text() : "";
    return /\}\r?\n$/.test(written) ? written : undefined;
  });
  expect(JSON.parse(text)).toMatchObject({ source: "deep-anchor", stable: false });
});

// A PID namespace of one's own wants root here; in CI the tests are root.
if (process.getuid?.() === 0) {
  const container = (script: string) =>
    run(["unshare", "--pid", "--fork", "--mount-proc", "bash", "-c", `${script}\ntrue`], {
      env: cleanEnv(home),
    });

  test("in a container everything is one session, and twins are two", async () => {
    const script = `${berth} id; bash -c '${berth} id; true'; setsid -w ${berth} id; env -i ${berth} id`;
    const answers = await Promise.all([container(script), container(script)]);
    const [one, two] = answers.map(({ stdout }) => stdout.trim().split("\n"));
    expect(one).toHaveLength(4);
    expect(one?.[0]).toMatch(/^anchor--[0-9a-f]{64}$/);
    expect(new Set(one).size).toBe(1);
    expect(new Set(two).size).toBe(1);
    expect(two?.[0]).not.toBe(one?.[0]);
  });

  test("twins one after the other are two, though their PIDs are the same", async () => {
    const [one, two] = [await container(`${berth} id`), await container(`${berth} id`)];
    expect(one.stdout).toMatch(/^anchor--[0-9a-f]{64}\n$/);
    expect(two.stdout).not.toBe(one.stdout);
  });

  test("a container with a terminal is one session, by its own PID 1, since its leader is outside", async () => {
    const { stdout } = await run([
      "script",
      "-qec",
      `unshare --pid --fork --mount-proc bash -c "${berth} id; bash -c '${berth} id; true'; ${berth} explain --json; true"`,
      "/dev/null",
    ], { env: cleanEnv(home) });
    const [one = "", two, json = ""] = stdout.trim().split("\r\n");
    expect(one).toMatch(/^anchor--[0-9a-f]{64}$/);
    expect(two).toBe(one);
    expect(JSON.parse(json).anchor).toMatchObject({ pid: 1, tty: expect.stringMatching(/^\/dev\/pts\//) });
  });

  test("below unshare --pid without a /proc of its own the outer process table is read", async () => {
    const { stdout } = await run([
      "unshare",
      "--pid",
      "--fork",
      "bash",
      "-c",
      `${berth} id; bash -c '${berth} id; true'`,
    ]);
    const [one, two] = stdout.trim().split("\n");
    expect(one).toMatch(/^anchor--[0-9a-f]{64}$/);
    expect(two).toBe(one ?? "");
  });

  test("a container's own PID 1 that is berth itself is all that the container is known by, and not for long", async () => {
    const alone = ["unshare", "--pid", "--fork", "--mount-proc", berth, "id"];
    const [one, two] = [await run(alone), await run(alone)];
    expect(one.stdout).toMatch(/^anchor--[0-9a-f]{64}\n$/);
    expect(two.stdout).not.toBe(one.stdout);
    const strict = await run([...alone, "--strict"]);
    expect(strict).toMatchObject({ stdout: "", status: 4 });
    expect(strict.stderr).toStartWith("berth: No stable session here");
    expect(JSON.parse((await run([...alone, "--json"])).stdout)).toMatchObject({
      source: "deep-anchor",
      stable: false,
    });
  });
}
