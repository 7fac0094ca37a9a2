/*
 * The programs whose part in a process chain is known by their name. A list is used only where the kernel's own
 * facts (sessions, terminals) leave something open.
 */

/** Linux cuts a process's name at this length (TASK_COMM_LEN), so a name that long is compared as a beginning. */
const CUT = 15;

/** Whether a list, names between single spaces, has a name. As text, since building a set costs every start. */
function has(list: string, name: string): boolean {
  if (name === "" || name.includes(" ")) return false;
  return list.includes(name.length === CUT ? ` ${name.toLowerCase()}` : ` ${name.toLowerCase()} `);
}

/** Run one command and are gone with it: never what a session is anchored to. */
const WRAPPERS =
  " berth sudo su doas runuser pkexec setsid setpriv time timeout xargs env strace ltrace nohup nice" +
  " ionice chrt taskset stdbuf unshare nsenter unbuffer flock catchsegv faketime open caffeinate arch ";

/** Give their one command a terminal of its own that belongs to the terminal they were started in. */
const RELAYS =
  " sudo su doas runuser pkexec script scriptlive asciinema expect unbuffer rlwrap luit mc poetry pipenv" +
  " ttyrec termrec rlfe faketty ";

/** Where a job without a terminal begins: whoever starts unrelated jobs. PID 1 is one by its number. */
const BOUNDARIES =
  " init systemd openrc-init runit runsvdir runsv s6-svscan s6-supervise supervisord upstart" +
  " dbus-daemon login sshd sshd-session sshd-auth dropbear mosh-server cron crond anacron atd fcron xinetd inetd" +
  " gdm gdm-session-worker gdm-x-session gdm-wayland-session lightdm sddm sddm-helper xdm xinit startx" +
  " gnome-session gnome-session-binary gnome-shell plasmashell startplasma-x11 startplasma-wayland kdeinit5" +
  " ksmserver xfce4-session lxsession sway hyprland i3 launchd windowserver" +
  " containerd-shim containerd-shim-runc-v2 conmon dockerd tini dumb-init docker-init catatonit" +
  " runner.worker runner.listener gitlab-runner buildkite-agent jenkins-agent circleci-agent drone-runner" +
  " woodpecker-agent ";

/** Servers whose children are new terminals or jobs, wherever the server itself was started. */
const SERVERS =
  " sshd sshd-session sshd-auth dropbear mosh-server cron crond anacron atd fcron xinetd inetd" +
  " in.telnetd telnetd systemd init launchd dtach abduco containerd-shim containerd-shim-runc-v2 conmon ";

/** Open terminals for people: what runs directly below one is a terminal, whatever it is. */
const TERMINALS =
  " alacritty kitty xterm uxterm lxterm rxvt urxvt urxvtd foot footclient st konsole yakuake" +
  " gnome-terminal gnome-terminal-server gnome-console kgx ptyxis ptyxis-agent tilix terminator guake tilda" +
  " mate-terminal xfce4-terminal lxterminal qterminal deepin-terminal terminology cool-retro-term wezterm" +
  " wezterm-gui ghostty warp hyper tabby extraterm wave contour rio termite sakura terminal iterm2" +
  " itermserver-main code code-insiders codium cursor windsurf zed zeditor electron idea pycharm goland webstorm" +
  " clion rider eclipse emacs emacsclient login agetty getty mingetty ttyd gotty wetty shellinaboxd" +
  " cockpit-bridge ";

const SHELLS =
  " bash zsh fish sh dash ash ksh ksh93 mksh oksh yash tcsh csh pwsh nu elvish ion xonsh oil osh ysh" +
  " murex rc es busybox rbash zsh4 zsh5 rzsh rksh ksh2020 lksh loksh pdksh posh pwsh-preview ";

const SSH_SERVERS = " sshd sshd-session dropbear mosh-server sshd.exe sshd-session.exe ";

/** Multiplexer servers put more behind their name (`tmux: server`, `screen-5.0.1`), but no letters (`screenshot`). */
function isMultiplexer(name: string): boolean {
  const lower = name.toLowerCase();
  if (lower.startsWith("screen") || lower.startsWith("zellij")) {
    return isVersion(lower.slice("screen".length));
  }
  return lower.startsWith("tmux") && isVersion(lower.slice("tmux".length));
}

function isVersion(rest: string): boolean {
  const next = rest.charAt(0);
  return next === "" || next === ":" || isDigit(next === "-" ? rest.charAt(1) : next);
}

const isDigit = (character: string): boolean => character >= "0" && character <= "9";

export const isWrapper = (name: string): boolean => has(WRAPPERS, name);
export const isServer = (name: string): boolean => has(SERVERS, name) || isMultiplexer(name);
export const isBoundary = (name: string): boolean => has(BOUNDARIES, name) || isServer(name);
export const isTerminalProgram = (name: string): boolean => has(TERMINALS, name) || isServer(name);
export const isShell = (name: string): boolean => has(SHELLS, name);
export const isSshServer = (name: string): boolean => has(SSH_SERVERS, name);

/**
 * Whether a program is a relay.
 *
 * @param extra `BERTH_EXTRA_RELAYS`: more names, separated by `:`
 */
export function isRelay(name: string, extra: string | undefined): boolean {
  if (has(RELAYS, name)) return true;
  return extra !== undefined && has(` ${extra.replaceAll(":", " ").toLowerCase()} `, name);
}
