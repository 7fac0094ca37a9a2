/** Environments that deny a program something, each as words in front of it: limits, kernels, files, variables. */

export interface Environment {
  readonly name: string;
  /** What is put in front of the program. */
  readonly before?: readonly string[];
  /** Run by sh before the program in a mount namespace of its own, with `$STORE` and `$HERE`. */
  readonly mount?: string;
  /** Variables that are set, or taken away (null). */
  readonly variables?: Readonly<Record<string, string | null>>;
  /** How the streams of the program are, as sh spells it. */
  readonly streams?: string;
}

const limit = (option: string, values: readonly (number | string)[]): Environment[] =>
  values.map((value) => ({ name: `${option} ${value}`, before: ["prlimit", `--${option}=${value}`] }));

const MIB = 1 << 20;

const LIMITS: readonly Environment[] = [
  ...limit("as", [1600, 2000, 2400, 3000, 4000, 8000].map((size) => size * MIB)),
  ...limit("data", [512, 1024].map((size) => size * MIB)),
  ...limit("stack", [256 * 1024, 512 * 1024, MIB, 4 * MIB, "unlimited"]),
  ...limit("nofile", [6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 24, 32, 64]),
  ...limit("fsize", [0, 1, 100, 1000, 4096, 65_536]),
  ...limit("memlock", [0]),
  ...limit("core", [0]),
  ...limit("cpu", [1, 5]),
  ...limit("rss", [0, MIB]),
  ...limit("sigpending", [0, 1]),
  ...limit("msgqueue", [0]),
  ...limit("locks", [0, 1]),
  ...limit("nice", [0]),
  ...limit("rtprio", [0]),
  { name: "nproc 0, as nobody", before: ["prlimit", "--nproc=0", "setpriv", ...nobody()] },
  { name: "nproc 1, as nobody", before: ["prlimit", "--nproc=1", "setpriv", ...nobody()] },
  { name: "nproc 2, as nobody", before: ["prlimit", "--nproc=2", "setpriv", ...nobody()] },
];

function nobody(): string[] {
  return ["--reuid=65534", "--regid=65534", "--clear-groups"];
}

const [EPERM, ENOENT, EAGAIN, ENOMEM, EACCES, EINVAL, ENOSPC, EROFS, ENOSYS, EOPNOTSUPP] = [
  1,
  2,
  11,
  12,
  13,
  22,
  28,
  30,
  38,
  95,
];

/** System calls that a seccomp filter answers itself. `confine` is put in front when it is compiled. */
const refused = (...rules: readonly string[]): Environment => ({
  name: rules.join(" "),
  before: ["confine", ...rules, "--"],
});

const CALLS: readonly Environment[] = [
  ...["clone3", "clone", "vfork", "fork"].flatMap((call) =>
    [EPERM, EAGAIN, ENOSYS].map((errno) => refused(`${call}=${errno}`))
  ),
  refused(`clone3=${ENOSYS}`, `clone=${EAGAIN}`),
  refused(`clone3=${EAGAIN}`, `clone=${EAGAIN}`, `vfork=${EAGAIN}`, `fork=${EAGAIN}`),
  refused(`clone3=${EPERM}`, `clone=${EPERM}`, `vfork=${EPERM}`, `fork=${EPERM}`),
  ...["flock", "fsync", "rename", "unlink", "mkdir", "ftruncate", "pwrite64"].flatMap((call) =>
    [EPERM, ENOSPC, ENOSYS].map((errno) => refused(`${call}=${errno}`))
  ),
  ...["chmod", "fchmod", "fdatasync", "fstatfs", "statfs", "utimensat"].map((call) =>
    refused(`${call}=${EPERM}`)
  ),
  refused(`flock=${EOPNOTSUPP}`),
  refused(`flock=37`),
  refused(`fsync=${EINVAL}`),
  refused(`fsync=${EOPNOTSUPP}`),
  refused(`fsync=5`),
  refused(`rename=${EROFS}`),
  refused(`rename=18`),
  refused(`unlink=${EACCES}`),
  ...[
    "statx",
    "openat2",
    "faccessat2",
    "close_range",
    "membarrier",
    "rseq",
    "memfd_create",
    "io_uring_setup",
    "pidfd_open",
  ]
    .flatMap((call) => [EPERM, ENOSYS].map((errno) => refused(`${call}=${errno}`))),
  ...[
    "getrandom",
    "uname",
    "sysinfo",
    "getrusage",
    "sched_getaffinity",
    "sched_yield",
    "getpriority",
  ]
    .map((call) => refused(`${call}=${ENOSYS}`)),
  ...[
    "timerfd_create",
    "inotify_init1",
    "socket",
    "socketpair",
    "connect",
    "pipe2",
  ]
    .map((call) => refused(`${call}=${EPERM}`)),
  ...["readlink", "readlinkat", "getdents64", "lstat", "access"].map((call) => refused(`${call}=${EACCES}`)),
  ...[
    "kill",
    "tgkill",

    "waitid",
    "setpgid",
    "setsid",
    "getsid",
    "ioctl",
    "prctl",
    "sigaltstack",
    "madvise",
    "mremap",
    "mlock",
    "umask",
    "setpriority",
    "sched_setscheduler",
    "sched_setaffinity",
    "set_robust_list",
  ].map((call) => refused(`${call}=${EPERM}`)),
  refused(`madvise=${ENOMEM}`),
  refused(`mremap=${ENOMEM}`),
  refused(`lstat=${ENOENT}`),
  { name: "no memory that is written and executed", before: ["confine", "wx", "--"] },
  { name: "/proc/self of root", before: ["confine", "dumpable", "--"] },
];

const mounted = (name: string, mount: string): Environment => ({ name, mount });

/** With another /tmp, and so the store in another place. */
const ELSEWHERE = (name: string, options: string): Environment => ({
  name,
  mount: `mount -t tmpfs none /mnt && mkdir /mnt/store && mount --bind "$STORE" /mnt/store &&
    mount -t tmpfs -o ${options} none /tmp`,
  variables: { BERTH_HOME: "/mnt/store" },
});

const FILES: readonly Environment[] = [
  mounted("the store is read-only", `mount --bind "$STORE" "$STORE" && mount -o remount,ro,bind "$STORE"`),
  mounted(
    "the store is on a full disk",
    `cp -a "$STORE" "$HERE/copy" && mount -t tmpfs -o size=64k none "$STORE" &&
    cp -a "$HERE/copy/." "$STORE" && { cat /dev/zero >"$STORE/locks/fill" 2>/dev/null; true; }`,
  ),
  mounted(
    "the store is on a disk without inodes",
    `cp -a "$STORE" "$HERE/copy" && mount -t tmpfs -o nr_inodes=48 none "$STORE" &&
    cp -a "$HERE/copy/." "$STORE" && { for n in $(seq 60); do touch "$STORE/locks/$n"; done 2>/dev/null; true; }`,
  ),
  mounted(
    "the store is noexec, nosuid, nodev",
    `mount --bind "$STORE" "$STORE" && mount -o remount,noexec,nosuid,nodev,bind "$STORE"`,
  ),
  mounted(
    "everything is read-only",
    `for at in $(awk '{print $2}' /proc/mounts); do mount -o remount,ro,bind "$at" 2>/dev/null; done; true`,
  ),
  ELSEWHERE("no /tmp", "mode=000"),
  ELSEWHERE("/tmp is read-only", "ro"),
  mounted("no /sys", "mount -t tmpfs none /sys"),
  mounted(
    "no /dev but null",
    `touch "$HERE/null" && mount --bind /dev/null "$HERE/null" && mount -t tmpfs none /dev && touch /dev/null &&
    mount --bind "$HERE/null" /dev/null`,
  ),
  mounted("no /etc", "mount -t tmpfs none /etc"),
  mounted("no /etc/passwd", "mount --bind /dev/null /etc/passwd"),
  mounted("no machine ID", "mount --bind /dev/null /etc/machine-id"),
  mounted("no boot ID", "mount --bind /dev/null /proc/sys/kernel/random/boot_id"),
  // A new instance: a remount would reach the one that everybody has.
  mounted("processes of others are hidden", "mount -t proc -o hidepid=2 proc /proc"),
  mounted(
    "a process table with little in it",
    `mkdir -p "$HERE/proc" && mount --rbind /proc "$HERE/proc" && mount -t tmpfs none /proc &&
    mkdir /proc/self && ln -s "$HERE/proc/self/maps" "$HERE/proc/self/exe" /proc/self`,
  ),
  mounted("no /proc/sys", "mount -t tmpfs none /proc/sys"),
  mounted("sessions is a file", `rm -r "$STORE/sessions" && : >"$STORE/sessions"`),
  mounted(
    "sessions is a link that leads nowhere",
    `rm -r "$STORE/sessions" && ln -s nowhere "$STORE/sessions"`,
  ),
  mounted("sessions belongs to somebody else", `chown 65534 "$STORE/sessions"`),
  mounted("locks is gone", `rm -r "$STORE/locks"`),
  mounted("hosts is a file", `rm -r "$STORE/hosts" && : >"$STORE/hosts"`),
  mounted("events is a file", `rm -rf "$STORE/events" && : >"$STORE/events"`),
  mounted("the record is a folder", `for f in "$STORE"/sessions/*.json; do rm "$f" && mkdir "$f"; done`),
  mounted("the record is a FIFO", `for f in "$STORE"/sessions/*.json; do rm "$f" && mkfifo "$f"; done`),
  mounted(
    "the record is a link to /dev/zero",
    `for f in "$STORE"/sessions/*.json; do ln -sf /dev/zero "$f"; done`,
  ),
  mounted("the record is empty", `for f in "$STORE"/sessions/*.json; do : >"$f"; done`),
  mounted("the lock file is a folder", `for f in "$STORE"/sessions/*.lock; do rm "$f" && mkdir "$f"; done`),
  mounted("the lock file is a FIFO", `for f in "$STORE"/sessions/*.lock; do rm "$f" && mkfifo "$f"; done`),
  mounted("the configuration is damaged", `printf '{' >"$STORE/config.json"`),
  mounted("the store belongs to somebody else", `chown 65534 "$STORE"`),
];

const set = (variables: Readonly<Record<string, string | null>>): Environment => ({
  name: Object.entries(variables).map(([name, value]) =>
    value === null ? `no ${name}` : `${name}=${value.slice(0, 40)}`
  ).join(" "),
  variables,
});

const VARIABLES: readonly Environment[] = [
  set({ HOME: null }),
  set({ HOME: "" }),
  set({ HOME: "/proc/nonexistent" }),
  set({ HOME: "relative" }),
  set({ HOME: "/dev/null" }),
  set({ HOME: null, BERTH_HOME: null }),
  set({ HOME: "/proc/nonexistent/a", BERTH_HOME: null }),
  set({ HOME: "/proc", BERTH_HOME: null }),
  set({ HOME: "/dev/null", BERTH_HOME: null, TMPDIR: "/proc/nonexistent" }),
  set({ PATH: null }),
  set({ PATH: "/proc/nonexistent" }),
  set({ TMPDIR: "/proc/nonexistent" }),
  set({ LANG: "xx_XX.garbage", LC_ALL: "\u00ff" }),
  set({ TZ: "Nowhere/Garbage" }),
  set({ TERM: null }),
  set({ BERTH_SESSION: null }),
  set({ BERTH_SESSION: "x".repeat(100_000) }),
  set({ BERTH_HOME: "/" }),
  set({ BERTH_HOME: "/tmp" }),
  set({ BERTH_HOME: "/proc" }),
  set({ BERTH_HOME: "/proc/self/x" }),
  set({ BERTH_HOME: "/dev/null" }),
  set({ BERTH_HOME: "/dev/null/x" }),
  set({ BERTH_HOME: "/sys/x" }),
  set({ BERTH_HOME: `/tmp/${"x".repeat(300)}` }),
  set({ BERTH_HOME: "/tmp/" + "x/".repeat(2100) }),
  set({ BERTH_HOME: "relative/to/nothing/\u0001" }),
  set({ XDG_STATE_HOME: "/dev/null", BERTH_HOME: null }),
  set({ BUN_JSC_useJIT: "0" }),
  set({ BUN_JSC_useConcurrentGC: "0" }),
  set({ BUN_JSC_forceRAMSize: "67108864" }),
  set({ MALLOC_ARENA_MAX: "1", MALLOC_PERTURB_: "165" }),
  set({ BIG: "x".repeat(120_000) }),
];

const STREAMS: readonly Environment[] = [
  "<&-",
  ">&-",
  "2>&-",
  "<&- >&-",
  "<&- >&- 2>&-",
  ">/dev/full",
  "2>/dev/full",
  "<>/dev/null",
]
  .map((streams) => ({ name: streams, streams }));

const wrapped = (name: string, ...before: readonly string[]): Environment => ({ name, before });

const OTHERS: readonly Environment[] = [
  wrapped("a PID namespace without its /proc", "unshare", "-p", "-f"),
  wrapped("a PID namespace", "unshare", "-p", "-f", "--mount-proc"),
  wrapped("no network", "unshare", "-n"),
  wrapped("an IPC namespace", "unshare", "-i"),
  wrapped("a host name of its own", "unshare", "-u"),
  wrapped("a user namespace without a map", "unshare", "-U"),
  wrapped("a user namespace as root", "unshare", "-r"),
  wrapped("a time namespace", "unshare", "-T", "--boottime", "100000", "--monotonic", "100000", "-f"),
  wrapped("a cgroup namespace", "unshare", "-C"),
  wrapped("as nobody", "setpriv", ...nobody()),
  wrapped("no capabilities", "setpriv", "--bounding-set=-all", "--inh-caps=-all"),
  wrapped("no new privileges", "setpriv", "--no-new-privs"),
  wrapped("umask 0777", "sh", "-c", 'umask 0777; exec "$@"', "sh"),
  wrapped("umask 0", "sh", "-c", 'umask 0; exec "$@"', "sh"),
  wrapped("signals ignored", "sh", "-c", "trap '' HUP INT TERM PIPE USR1 CHLD; exec \"$@\"", "sh"),
  wrapped("idle priority", "chrt", "-i", "0"),
  wrapped("nice 19", "nice", "-n", "19"),
  wrapped("one processor", "taskset", "1"),
  wrapped("no address randomisation", "setarch", "-R"),
  wrapped("a 2.6 kernel by name", "setarch", "--uname-2.6"),
  wrapped("a session of its own", "setsid", "-w"),
  wrapped("current directory /proc", "sh", "-c", 'cd /proc; exec "$@"', "sh"),
  wrapped(
    "current directory closed",
    "sh",
    "-c",
    'mkdir -p /tmp/closed-$$ && cd /tmp/closed-$$ && chmod 000 . && exec "$@"',
    "sh",
  ),
];

/** What the runtime itself cannot start without: it ends before any code of ours runs. */
export const BELOW: readonly Environment[] = [
  ...limit("as", [1200 * MIB]),
  ...limit("data", [256 * MIB]),
  ...["prlimit64", "eventfd2", "epoll_create1"].map((call) => refused(`${call}=${EPERM}`)),
  refused(`getcwd=${EACCES}`),
];

export const ENVIRONMENTS: readonly Environment[] = [
  ...LIMITS,
  ...CALLS,
  ...FILES,
  ...VARIABLES,
  ...STREAMS,
  ...OTHERS,
];
