import { expect, test } from "bun:test";
import fc from "fast-check";
import { device, parseStartOffset, parseStat, ttyPath } from "../../src/facts/stat.ts";
import { homeSession, tmuxQuery } from "../../src/facts/tmux.ts";

/** A line of /proc/<pid>/stat, as the kernel writes it. */
function statLine(
  pid: number,
  name: string,
  ppid: number,
  sid: number,
  ttyNr: number,
  start: number,
): string {
  const middle = "-1 4194560 1000 2000 0 0 5 6 7 8 20 0 1 0";
  return `${pid} (${name}) S ${ppid} ${pid} ${sid} ${ttyNr} ${middle} ${start} 9000000 500 184467 0\n`;
}

const name = fc.oneof(
  fc.string({ unit: "binary", maxLength: 15 }),
  fc.string({ unit: fc.constantFrom("(", ")", " ", "\n", "\t", "a", ") S 1 ", "\0"), maxLength: 15 }),
);
const pid = fc.integer({ min: 1, max: 2 ** 22 });

test("a line of stat is read whatever the process calls itself", () => {
  fc.assert(fc.property(
    name,
    pid,
    fc.nat(2 ** 22),
    fc.nat(2 ** 22),
    fc.integer({ min: 0, max: 2 ** 31 - 1 }),
    fc.nat(2 ** 50),
    (name, pid, ppid, sid, ttyNr, start) => {
      expect(parseStat(statLine(pid, name, ppid, sid, ttyNr, start))).toEqual({
        ok: true,
        value: { pid, ppid, name, sid, ttyNr, start: String(start) },
      });
    },
  ));
});

test.each([
  ["a b", "spaces"],
  [") S 1 2 3 4", "what looks like the end of the name"],
  ["((()))", "nested parentheses"],
  ["a\nb", "a newline"],
  ["", "nothing"],
])("the name %j, with %s in it", (name) => {
  const read = parseStat(statLine(7, name, 1, 7, 34816, 5));
  expect(read.ok && read.value.name).toBe(name);
});

test("any text is a process or a reason, never an exception", () => {
  const pieces = fc.string({
    unit: fc.constantFrom("1", " (", ")", " ", "S", "-", "\n", "e", ".", "x", "\0"),
  });
  fc.assert(fc.property(fc.oneof(pieces, fc.string({ unit: "binary" })), (text) => {
    const read = parseStat(text);
    if (!read.ok) return expect(read.why).not.toBe("");
    const { pid, ppid, sid, ttyNr, start } = read.value;
    for (const number of [pid, ppid, sid, ttyNr]) expect(Number.isSafeInteger(number)).toBe(true);
    expect(start).toMatch(/^(0|[1-9]\d*)$/);
  }));
});

test("any bytes are a process or a reason", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
    expect(typeof parseStat(new TextDecoder().decode(bytes)).ok).toBe("boolean");
  }));
});

test.each([
  ["", "an empty file"],
  ["7 (a) S 1 7 7", "a line that is cut off"],
  ["7 a S 1 7 7 0", "a line without a name"],
  [statLine(7, "a", 1, -1, 0, 5), "a process that is being reaped"],
  [statLine(7, "a", 1, 7, 0, 5).replace("S 1 ", "S 1e3 "), "a number in another spelling"],
  [statLine(7, "a", 1, 7, 0, 5).replace("S 1 ", "S  "), "an empty field"],
  [statLine(7, "a", 1, 7, 0, -5), "a start before the boot"],
])("no process: %j, %s", (line) => {
  expect(parseStat(line).ok).toBe(false);
});

test.each([
  [34816, "/dev/pts/0"],
  [34817, "/dev/pts/1"],
  [(137 << 8) | 2, "/dev/pts/258"],
  [(143 << 8) | 255, "/dev/pts/2047"],
  // The minor's upper bits stand above the major's: minor 256 of major 136.
  [(136 << 8) | (1 << 20), "/dev/pts/256"],
  [(4 << 8) | 1, "/dev/tty1"],
  [(4 << 8) | 63, "/dev/tty63"],
  [(4 << 8) | 64, "/dev/ttyS0"],
  [(5 << 8) | 1, null],
  [(188 << 8) | 0, null],
  [0, null],
])("device %d is %p", (ttyNr, path) => {
  expect(ttyPath(ttyNr)).toBe(path);
});

test("a device number is taken apart as the kernel puts it together, negative ones too", () => {
  fc.assert(fc.property(fc.nat(0xfff), fc.nat(0xfffff), (major, minor) => {
    const encoded = (minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12);
    expect(device(encoded | 0)).toEqual({ major, minor });
  }));
});

test("every pseudoterminal has a path of its own", () => {
  const paths = new Set<string | null>();
  for (let major = 136; major <= 143; major++) {
    for (let minor = 0; minor < 256; minor++) paths.add(ttyPath((major << 8) | minor));
  }
  expect(paths.size).toBe(8 * 256);
});

test.each([
  ["monotonic           0         0\nboottime            0         0\n", 0],
  ["monotonic        3600         0\nboottime       864000         0\n", 86_400_000],
  ["monotonic           0         0\nboottime           -5 500000000\n", -450],
  ["boottime 1 990000000\n", 199],
  ["", 0],
  ["boottime", 0],
  ["boottime x y", 0],
  ["boottime 99999999999999999999 0\n", 0],
])("the time namespace %j adds %d ticks", (text, ticks) => {
  expect(parseStartOffset(text)).toBe(ticks);
});

test.each([
  ["/tmp/tmux-0/default,123,4", "%7", { socket: "/tmp/tmux-0/default", target: "%7" }],
  ["/tmp/tmux-0/default,123,4", undefined, { socket: "/tmp/tmux-0/default", target: "$4" }],
  ["/tmp/a,b,c,123,4", "%7", { socket: "/tmp/a,b,c", target: "%7" }],
  ["/tmp/1,2,3,4,5", undefined, { socket: "/tmp/1,2,3", target: "$5" }],
  ["/tmp/with space'\",1,0", undefined, { socket: "/tmp/with space'\"", target: "$0" }],
  ["/s,1,2", "-t", { socket: "/s", target: "$2" }],
  ["/s,1,2", "%", { socket: "/s", target: "$2" }],
  ["/s,1,2", "%1;kill-server", { socket: "/s", target: "$2" }],
  ["/s,1,2", "%1\n", { socket: "/s", target: "$2" }],
  ["/s,1,2", `%${"1".repeat(100)}`, { socket: "/s", target: "$2" }],
])("TMUX %j with TMUX_PANE %p asks for %p", (tmux, pane, query) => {
  expect(tmuxQuery(tmux, pane)).toMatchObject(query);
  expect(tmuxQuery(tmux, pane)?.session).toBe(`$${tmux.slice(tmux.lastIndexOf(",") + 1)}`);
});

test.each([
  ["relative,1,2"],
  ["-L,1,2"],
  ["/s"],
  ["/s,1"],
  ["/s,1,"],
  [",,"],
  ["/s,a,b"],
  ["/s,1,2,"],
  ["/s\n,1,2"],
  ["/s,1,2\n"],
  ["/s\0,1,2"],
  ["/s,-1,2"],
  [`/s,1,${"9".repeat(11)}`],
  [`/${"x".repeat(100_000)},1,2`],
  ["x".repeat(100_000)],
])("TMUX %j asks for nothing", (tmux) => {
  expect(tmuxQuery(tmux, "%1")).toBe(null);
});

test("what any TMUX and TMUX_PANE lead to is a path and a number, never an option of tmux's", () => {
  const value = fc.string({ unit: fc.constantFrom("/", ",", "1", "-", "%", "$", "\n", " ", "t", "é") });
  fc.assert(fc.property(value, value, (tmux, pane) => {
    const query = tmuxQuery(tmux, pane);
    if (query === null) return;
    expect(query.socket).toMatch(/^\/[^\n\0]/);
    expect(query.target).toMatch(/^[%$]\d{1,10}$/);
  }));
});

test.each([
  [["$0@0@1", "$1@2"], "@2", "$1", "$1", "the only one with the window"],
  [["$0@0@1", "$1@0@1"], "@0", "$0", "$0", "of a group the oldest, made there"],
  [["$0@0@1", "$1@0@1"], "@0", "$1", "$0", "of a group the oldest, made elsewhere"],
  [["$10@0", "$9@0"], "@0", "$10", "$9", "numbers, not texts"],
  [["$0@0@5", "$1@5"], "@5", "$1", "$1", "a linked window stays where it was made"],
  [["$0@0@5", "$1@5"], "@5", "$0", "$0", "a linked window stays where it was made"],
  [["$0@0@5", "$2@7"], "@7", "$0", "$2", "a window that was moved"],
  [["$0@0@5", "$1@5@6"], "@5", "$9", "$0", "the session it was made in is gone: the oldest"],
  [["$0@10"], "@1", "$0", undefined, "no window by being a part of another"],
  [[""], "@0", "$0", undefined, "a tmux that lists nothing"],
])("of %p window %s, made in %s, belongs to %p: %s", (sessions, window, own, home) => {
  expect(homeSession(sessions, window, own)).toBe(home as never);
});
