/** `berth fleet` over OpenSSH: real servers on loopback, each with a store of its own. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, directory } from "../support/berth.ts";
import { TestFleet, type TestHost } from "../support/fleet.ts";

setDefaultTimeout(120_000);

const fleet = new TestFleet();
let one: TestHost;
let two: TestHost;

beforeAll(async () => {
  [one, two] = [await fleet.add("one"), await fleet.add("two", { onPath: false })];
  for (const [host, value] of [[one, "1"], [two, "2"]] as const) {
    expect((await host.berth("set", "k", value)).status).toBe(0);
    expect((await host.berth("set", "k", value, "--session-id", `only-${host.name}`)).status).toBe(0);
  }
  expect((await fleet.berth(["fleet", "add", "one", "--ssh", one.destination])).status).toBe(0);
  const program = join(two.home, "bin dir", "berth");
  const added = await fleet.berth(["fleet", "add", "two", "--ssh", two.destination, "--berth", program]);
  expect(added).toMatchObject({ status: 0, stdout: "" });
});

afterAll(() => fleet[Symbol.asyncDispose]());

const run = (host: string, ...command: string[]) => fleet.berth(["fleet", "run", host, "--", ...command]);

test("the sessions of all hosts, with the host that each is on", async () => {
  const { hosts, sessions } = await fleet.json("fleet", "list");
  const machine = expect.objectContaining({ uuid: expect.any(String), boot: expect.any(String) });
  expect(hosts).toEqual([
    { name: "one", reached: true, age: 0, machine },
    { name: "two", reached: true, age: 0, machine },
  ]);
  expect(hosts[0].machine.uuid).not.toBe(hosts[1].machine.uuid);
  const there = JSON.parse((await one.berth("list", "--json")).stdout).sessions as { id: string }[];
  const named = (sessions as { id: string; host: string }[]).filter(({ host }) => host === "one");
  expect(named.map(({ id }) => id).sort()).toEqual(there.map(({ id }) => id).sort());
  expect(new Set(sessions.map(({ host }: { host: string }) => host))).toEqual(new Set(["one", "two"]));
  const { stdout, stderr, status } = await fleet.berth(["fleet", "list"]);
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout.split("\n")[0]).toMatch(/^HOST +SESSION +NAME/);
  expect(stdout).toMatch(/^two .*only-two/m);
});

test("some hosts for once, known or not, and no more than those", async () => {
  const { hosts } = await fleet.json("fleet", "list", "--hosts", `one,${one.destination},one`);
  expect(hosts.map(({ name }: { name: string }) => name)).toEqual(["one", one.destination]);
});

test("a session there, for people and as JSON, by whatever name", async () => {
  expect((await fleet.berth(["fleet", "show", "two:here"])).stdout).toMatch(/values\n {2}k {2}2\n$/);
  expect((await fleet.json("fleet", "show", "one:here")).session.sharedState).toEqual({ k: "1" });
  const hostile = await fleet.berth(["fleet", "show", "one:$(touch x); 'none'", "--json"]);
  expect([hostile.status, JSON.parse(hostile.stderr).error.code]).toEqual([3, "no_such_session"]);
});

test("a command there: its words, its output, its exit status", async () => {
  const words = ["a b", "", "'\"`$HOME\\", "*", "é\n", "-x", "--", "!!"];
  const echo = await run(
    "two",
    "sh",
    "-c",
    'for word; do printf "<%s>" "$word"; done; printf no >&2; exit 7',
    "sh",
    ...words,
  );
  expect(echo).toEqual({ status: 7, stdout: words.map((word) => `<${word}>`).join(""), stderr: "no" });
  expect((await run("one", "sh", "-c", "exit 255")).status).toBe(255);
  expect((await run("one", "sh", "-c", "exit 127")).status).toBe(127);
  expect((await run("one", "sh", "-c", "kill -TERM $$")).status).toBe(143);
  expect(await run("one", "cat")).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(await run("one", "none")).toMatchObject({ status: 127, stderr: expect.stringContaining(`"none"`) });
  const bytes = await run(
    "one",
    "sh",
    "-c",
    "head -c 3000000 /dev/zero | tr '\\0' x; head -c 300000 /dev/zero | tr '\\0' y >&2",
  );
  expect([bytes.stdout.length, bytes.stderr.length]).toEqual([3_000_000, 300_000]);
  // What is typed there is berth's own, too.
  expect(await run("one", "berth", "get", "k")).toMatchObject({ status: 0, stdout: "1\n" });
});

test("words that are no UTF-8 are refused, not changed", async () => {
  const typed = String.raw`exec ${berth} fleet run one -- printf '%s' $'a\xff'`;
  const { exitCode, stderr } = Bun.spawnSync(["bash", "-c", typed], {
    env: fleet.env(),
    stdout: "pipe",
    stderr: "pipe",
  });
  expect([exitCode, stderr.toString()]).toEqual([2, expect.stringContaining("no UTF-8 text")]);
  expect((await run("one", "printf", "%s", "a\ufffd")).stdout).toBe("a\ufffd");
});

test("the shell of the login does not matter", async () => {
  for (const shell of ["dash", "bash", "zsh", "fish"]) {
    const host = await fleet.add(`in-${shell}`, { force: `exec ${shell} -c "$SSH_ORIGINAL_COMMAND"` });
    expect((await host.berth("set", "k", shell)).status).toBe(0);
    const listed = await fleet.json("fleet", "list", "--hosts", host.destination);
    expect([shell, listed.sessions.length]).toEqual([shell, 1]);
    const program = join(host.home, "bin dir", "berth");
    const added = await fleet.berth([
      "fleet",
      "add",
      `in-${shell}`,
      "--ssh",
      host.destination,
      "--berth",
      program,
    ]);
    expect(added.status).toBe(0);
    expect((await run(`in-${shell}`, "printf", "%s", "a'b\"$x")).stdout).toBe("a'b\"$x");
    expect((await fleet.berth(["fleet", "remove", `in-${shell}`])).status).toBe(0);
    await host.stop();
  }
});

test("a host without berth is told from a command that is not there", async () => {
  const bare = await fleet.add("bare", { onPath: false });
  for (const args of [["run", bare.destination, "--", "true"], ["show", "bare:x"]]) {
    if (args[0] === "show") await fleet.berth(["fleet", "add", "bare", "--ssh", bare.destination]);
    const { status, stderr } = await fleet.berth(["fleet", ...args, ...args[0] === "show" ? ["--json"] : []]);
    expect([status, stderr]).toEqual([127, expect.stringContaining(`No program`)]);
  }
  const { hosts, sessions } = await fleet.json("fleet", "list", "--hosts", "bare,one");
  expect(hosts[0]).toEqual({
    name: "bare",
    reached: false,
    age: null,
    machine: null,
    error: expect.objectContaining({ code: "berth_not_found_there" }),
  });
  expect(sessions.length).toBeGreaterThan(0);
  expect((await fleet.berth(["fleet", "remove", "bare"])).status).toBe(0);
});

test("who does not answer is shown by its last answer, and holds nobody up", async () => {
  const away = await fleet.add("away");
  await away.berth("set", "k", "v");
  await fleet.berth(["fleet", "add", "away", "--ssh", away.destination]);
  expect((await fleet.json("fleet", "list", "--hosts", "away")).sessions).toHaveLength(1);
  await away.stop();
  const { hosts, sessions } = await fleet.json("fleet", "list");
  expect(hosts.find(({ name }: { name: string }) => name === "away")).toEqual({
    name: "away",
    reached: false,
    age: expect.any(Number),
    machine: expect.objectContaining({ uuid: expect.any(String) }),
    error: expect.objectContaining({ code: "host_unreachable" }),
  });
  expect(sessions.filter(({ host }: { host: string }) => host === "away")).toHaveLength(1);
  const plain = await fleet.berth(["fleet", "list"]);
  expect([plain.status, plain.stderr]).toEqual([
    0,
    expect.stringMatching(/berth: away: Cannot reach .*Connection refused.*ago\)/),
  ]);
  const known = await fleet.json("fleet", "hosts");
  expect(known.hosts.map(({ name, age }: { name: string; age: number | null }) => [name, typeof age]))
    .toEqual([
      ["away", "number"],
      ["one", "number"],
      ["two", "number"],
    ]);
  expect(await run("away", "true")).toMatchObject({
    status: 5,
    stderr: expect.stringContaining("Connection refused"),
  });
  await fleet.berth(["fleet", "remove", "away"]);
  // What it said goes with it.
  expect(existsSync(join(fleet.base, "store/fleet/away.answer.json"))).toBe(false);
});

test("one that hangs costs ten seconds, whatever else is asked", async () => {
  const silent = await fleet.add("silent", { force: "sleep 60" });
  const started = performance.now();
  const { hosts: asked } = await fleet.json("fleet", "list", "--hosts", `one,${silent.destination},two`);
  const took = performance.now() - started;
  expect(asked.map(({ reached }: { reached: boolean }) => reached)).toEqual([true, false, true]);
  expect(asked[1].error.message).toContain("did not answer in 10 s");
  expect(took).toBeLessThan(30_000);
  await silent.stop();
});

test("many hosts are asked at once, but not all of them", async () => {
  const running = directory(fleet.base, "running");
  const counts = join(fleet.base, "counts");
  const answer = JSON.stringify({ schema: 1, sessions: [] });
  const busy = await fleet.add("busy", {
    force:
      `touch ${running}/$$; ls ${running} | wc -l >>${counts}; sleep 1; rm ${running}/$$; echo '${answer}'`,
  });
  const env = { BERTH_HOME: join(fleet.base, "many") };
  const names = Array.from({ length: 12 }, (_, n) => `h${n}`);
  for (const name of names) await fleet.berth(["fleet", "add", name, "--ssh", busy.destination], { env });
  const { stdout } = await fleet.berth(["fleet", "list", "--json"], { env });
  const { hosts } = JSON.parse(stdout) as { hosts: { name: string; reached: boolean }[] };
  expect(hosts.filter(({ reached }) => reached).map(({ name }) => name)).toEqual([...names].sort());
  const most = Math.max(...readFileSync(counts, "utf8").trim().split("\n").map(Number));
  expect([most > 1, most <= 8]).toEqual([true, true]);
  await busy.stop();
});

test("what was heard counts, whether it can be kept or not", async () => {
  // Nothing can be renamed over a directory.
  const kept = join(fleet.base, "store/fleet/one.answer.json");
  rmSync(kept, { force: true });
  directory(kept);
  const { hosts } = await fleet.json("fleet", "list", "--hosts", "one");
  expect(hosts[0]).toMatchObject({ reached: true, age: 0 });
  rmSync(kept, { recursive: true });
});

test("a connection that breaks while a command runs is no exit status of the command", async () => {
  const cut =
    'p=$$; while [ "$(cat /proc/$p/comm)" != sshd ]; do p=$(cut -d" " -f4 /proc/$p/stat); done; kill -9 $p; sleep 5';
  expect(await run("one", "sh", "-c", cut)).toMatchObject({
    status: 5,
    stderr: expect.stringContaining("the connection ended while the command ran"),
  });
});

test("what a host answers is checked, and shown without what a terminal obeys", async () => {
  const answering = (name: string, text: string) => {
    const file = join(fleet.base, `${name}.txt`);
    writeFileSync(file, text);
    return fleet.add(name, { force: `cat ${file}` });
  };
  const session = {
    id: "x--y",
    short: "x--y",
    name: "\u001b[2Jred\u202e",
    status: 5,
    alive: "maybe",
    later: { field: 1 },
  };
  const cases = [
    ["newer", JSON.stringify({ schema: 2, sessions: [] }), /newer berth/],
    ["wrong", JSON.stringify({ schema: 1, sessions: [{ id: 5 }] }), /no list of sessions/],
    ["text", "Welcome!\n", /no list of sessions/],
    ["empty", "", /no list of sessions/],
  ] as const;
  for (const [name, text, why] of cases) {
    const host = await answering(name, text);
    const { hosts } = await fleet.json("fleet", "list", "--hosts", host.destination);
    expect([name, hosts[0].reached, hosts[0].error.code, hosts[0].error.message]).toEqual([
      name,
      false,
      "bad_answer",
      expect.stringMatching(why),
    ]);
    await host.stop();
  }
  const odd = await answering(
    "odd",
    `Welcome!\nsecond line\n${JSON.stringify({ schema: 1, sessions: [session], more: 1 })}\n`,
  );
  const { sessions } = await fleet.json("fleet", "list", "--hosts", odd.destination);
  expect(sessions).toEqual([{ ...session, host: odd.destination }]);
  const { stdout, stderr } = await fleet.berth(["fleet", "list", "--hosts", odd.destination]);
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  await odd.stop();
  const endless = await fleet.add("endless", { force: "yes" });
  const { hosts } = await fleet.json("fleet", "list", "--hosts", endless.destination);
  expect(hosts[0].error).toMatchObject({
    code: "bad_answer",
    message: expect.stringContaining("longer than"),
  });
  await endless.stop();
});

test("two machines that take themselves for one are named, one machine under two names is not", async () => {
  const machine = { uuid: "5d0f4c1e-6a61-4f0e-9a54-0a5fb5d9f9d1", machine: "ab", label: "x" };
  const said = [["first", "b1"], ["second", "b2"], ["third", "b1"]] as const;
  const hosts = await Promise.all(said.map(([name, boot]) => {
    const answer = { schema: 1, host: { ...machine, boot }, sessions: [] };
    return fleet.add(`copy-${name}`, { force: `echo '${JSON.stringify(answer)}'` });
  }));
  const [first, second, third] = hosts.map(({ destination }) => destination);
  const given = ["fleet", "list", "--hosts", `${first},${second},${third}`];
  expect((await fleet.json(...given)).clones).toEqual([[first, second], [second, third]]);
  expect((await fleet.berth(given)).stderr).toContain(
    `${first} and ${second} take themselves for one machine`,
  );
  expect((await fleet.json("fleet", "list", "--hosts", `${first},${third}`)).clones).toEqual([]);
  // Hosts that are known are remembered, and doctor looks at what they said.
  const cloned = async () => {
    const { stdout } = await fleet.berth(["doctor", "--json"]);
    return JSON.parse(stdout).findings.filter(({ code }: { code: string }) => code === "host_cloned");
  };
  const know = (name: string, ssh = "") => fleet.berth(["fleet", "add", name, "--ssh", ssh]);
  for (const [name, ssh] of [["copy-a", first], ["copy-c", third]] as const) await know(name, ssh);
  await fleet.berth(["fleet", "list"]);
  expect(await cloned()).toEqual([]);
  await know("copy-b", second);
  await fleet.berth(["fleet", "list"]);
  expect((await cloned()).map(({ message }: { message: string }) => message.split(" take ")[0])).toEqual([
    "copy-a and copy-b",
    "copy-b and copy-c",
  ]);
  for (const name of ["copy-a", "copy-b", "copy-c"]) await fleet.berth(["fleet", "remove", name]);
  expect(await cloned()).toEqual([]);
  for (const { stop } of hosts) await stop();
});

test("hosts are added once, under a name, and what could be an option is none", async () => {
  const cases = [
    [["add", "one", "--ssh", "x"], 6, "host_exists"],
    [["add", "a b"], 2, "bad_host_name"],
    [["add", "x", "--ssh=-oProxyCommand=touch /tmp/x"], 2, "bad_destination"],
    [["add", "x", "--berth", "a'b"], 2, "bad_program_path"],
    [["remove", "none"], 3, "no_such_host"],
    [["list", "--hosts", "-oProxyCommand=x"], 2, "bad_destination"],
    [["list", "more"], 2, "unexpected_argument"],
    [["show", "one"], 2, "missing_argument"],
    [["run", "one"], 2, "missing_argument"],
    [["exec", "bWFr"], 2, "bad_token"],
    [["none"], 2, "unknown_command"],
  ] as const;
  const before = readFileSync(fleet.started, "utf8");
  for (const [args, status, code] of cases) {
    const done = await fleet.berth(["fleet", ...args, "--json"]);
    expect([args, done.status, JSON.parse(done.stderr).error.code]).toEqual([args, status, code]);
  }
  // None of these started an ssh.
  expect(readFileSync(fleet.started, "utf8")).toBe(before);
});

test("a list of hosts that is damaged or newer is left alone", async () => {
  const other = { BERTH_HOME: join(fleet.base, "other") };
  const berth = (...args: string[]) => fleet.berth(["fleet", ...args, "--json"], { env: other });
  expect(JSON.parse((await berth("list")).stderr).error.code).toBe("no_hosts");
  expect((await berth("add", "x")).status).toBe(0);
  const file = join(fleet.base, "other/fleet/hosts.json");
  for (const text of ["{", '{"schema":2,"hosts":{}}', '{"schema":1,"hosts":{"x":{"ssh":5}}}']) {
    writeFileSync(file, text);
    for (const args of [["hosts"], ["list"], ["add", "y"], ["remove", "x"]]) {
      expect((await berth(...args)).status).toBe(7);
    }
    expect(readFileSync(file, "utf8")).toBe(text);
  }
});

test("without ssh that is said", async () => {
  const { status, stderr } = await fleet.berth(["fleet", "run", "one", "--", "true"], {
    env: { PATH: "/nowhere" },
  });
  expect([status, stderr]).toEqual([127, expect.stringContaining(`Cannot start "ssh"`)]);
});
