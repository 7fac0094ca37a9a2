import type { Variable } from "../facts/facts.ts";

/*
 * The programs whose part in a process chain is known by their name, as data: names between single spaces, the
 * evidence beside them. A list is used only where the kernel's own facts (sessions, terminals) leave something open.
 * "Seen" is what was run here, below the real program, and looked at; "read" is what its source or manual says.
 * As text, since building a set costs every start; the comments cost nothing.
 */

/** Run one command and are gone with it: never what a session is anchored to. */
export const WRAPPERS = " berth" + // our own npm shim and supervisor
  " sudo su doas runuser pkexec" + // other users: seen (sudo, su, runuser), read (doas, polkit)
  " setsid setpriv nohup nice ionice chrt taskset stdbuf timeout time env xargs flock" + // util-linux, coreutils, findutils: seen
  " strace ltrace catchsegv" + // debuggers: seen (strace), read
  " unshare nsenter" + // namespaces: seen
  " unbuffer faketime" + // expect's, libfaketime: seen
  " chronic ifne sshpass fakeroot proot firejail sg xvfb-run dbus-run-session" + // Debian's: seen
  " systemd-inhibit" + // read
  " open caffeinate arch "; // macOS: read

/** Run one command, or a shell, in a terminal of its own, and end with it. */
export const RECORDERS = " script scriptlive" + // util-linux: seen
  " asciinema ttyrec termrec "; // seen (ttyrec), read

/** Give their one command a terminal of its own that belongs to the terminal they were started in. */
export const RELAYS = " sudo su doas runuser pkexec" + // `use_pty`, the default since sudo 1.9.14; `su --pty`: seen
  RECORDERS +
  "expect unbuffer" + // expect 5: seen, also by the interpreter of a script
  " rlwrap rlfe luit faketty" + // line editors and filters: seen (rlwrap), read
  " mc poetry pipenv "; // subshells: read

/** Servers whose children are new terminals or jobs, wherever the server itself was started. */
export const SERVERS = " sshd sshd-session sshd-auth dropbear mosh-server" + // seen (OpenSSH, mosh), read
  " cron crond anacron atd fcron" + // Debian's cron: seen; read
  " xinetd inetd in.telnetd telnetd" + // read
  " systemd init launchd" + // PID 1, and a user's own: seen (systemd), read
  " tailscaled teleport etserver etterminal adbd" + // logins over networks and cables: read
  " dtach abduco shpool zmx" + // their masters: seen (dtach), read
  " containerd-shim containerd-shim-runc-v2 conmon "; // containers: read

/** Where a job without a terminal begins: whoever starts unrelated jobs. PID 1 is one by its number. */
export const BOUNDARIES = " openrc-init runit runsvdir runsv s6-svscan s6-supervise supervisord upstart" + // read
  " dbus-daemon dbus-broker login" + // activation, a console's login: read
  " gdm gdm-session-worker gdm-x-session gdm-wayland-session lightdm sddm sddm-helper xdm" + // display managers: read
  " dockerd tini dumb-init docker-init catatonit" + // containers: read
  " runner.worker runner.listener gitlab-runner buildkite-agent jenkins-agent circleci-agent drone-runner" + // CI: read
  " woodpecker-agent act_runner "; // CI: read

/** Desktops: what they start may be a terminal emulator that nobody knows. Each is a boundary too. */
export const DESKTOPS = " gnome-shell gnome-session gnome-session-binary" + // read
  " plasmashell startplasma-x11 startplasma-wayland kdeinit5 ksmserver kwin_wayland krunner" + // read
  " xinit startx xfce4-session xfce4-panel xfdesktop lxsession lxqt-session cinnamon cinnamon-session" + // read
  " mate-session budgie-wm openbox fluxbox i3 sway hyprland river niri labwc awesome bspwm dwm qtile" + // read
  " windowserver "; // macOS: read

/** Of the servers, desktops and terminals here, those that are a script themselves; each other is compiled. */
export const SCRIPTED = " supervisord qtile startx jenkins-agent" + // read
  " terminator guake cockpit-bridge wetty "; // seen (terminator), read

/** Open terminals for people and nothing else: what runs directly below one is a terminal, whatever it is. */
export const TERMINALS = " xterm uxterm lxterm rxvt urxvt urxvtd st stterm mlterm pterm" + // X: seen
  " x-terminal-emulator rxvt-unicode eterm aterm zutty xiterm+thai fbterm kmscon" + // X, consoles: seen (the first), read
  " alacritty kitty foot footclient ghostty wezterm wezterm-gui wezterm-mux-server rio contour havoc" + // read
  " gnome-terminal gnome-terminal-server gnome-console kgx ptyxis ptyxis-agent tilix terminator guake tilda" + // seen (terminator), read
  " mate-terminal xfce4-terminal lxterminal qterminal sakura" + // seen
  " deepin-terminal io.elementary.terminal konsole yakuake terminology" + // read
  " cool-retro-term termite termit tym lilyterm roxterm extraterm blackbox" + // read
  " warp hyper tabby wave" + // read
  " dvtm mtm" + // several in one terminal, without a server: read
  " terminal iterm2 itermserver-main" + // macOS: read
  " login agetty getty mingetty ttyd gotty wetty shellinaboxd cockpit-bridge tlog-rec-session "; // logins: read

/**
 * Open terminals for people as well as pseudoterminals for one command (a task, a compiler, a shell's `-c`): what
 * runs inside tells which.
 */
export const EDITORS = " emacs emacs-nox emacs-gtk emacs-pgtk emacs-lucid emacsclient" + // start-process, compile, eshell: seen
  " vi vim vim.basic vim.gtk3 nvim gvim hx helix kak micro" + // `:terminal CMD`: seen (vim), read
  " code code-insiders code-oss codium vscodium cursor windsurf positron trae void" + // tasks: read
  " zed zed-editor zeditor electron lapce" + // tasks: read
  " idea phpstorm pycharm goland webstorm clion rider rustrover datagrip rubymine studio fleet eclipse" + // read
  " rstudio rsession jupyter-lab jupyter-notebook "; // read

/** Coding agents, by the names that their processes have: each may run a command in a pseudoterminal of its own. */
export const AGENTS =
  " claude codex cline gemini copilot opencode qwen kimi kilo cursor-agent amp droid crush" + // seen (first nine), read
  " aider goose openhands auggie continue "; // read

export const SHELLS =
  " bash zsh fish sh dash ash ksh ksh93 mksh oksh yash tcsh csh pwsh nu elvish ion xonsh oil osh" +
  " ysh murex rc es busybox rbash zsh4 zsh5 rzsh rksh ksh2020 lksh loksh pdksh posh pwsh-preview ";

export const SSH_SERVERS = " sshd sshd-session dropbear mosh-server sshd.exe sshd-session.exe ";

/**
 * PID 1 of a namespace that is made for one command and not for a container's life: a sandbox. None of these starts
 * services.
 */
export const SANDBOXES = " codex-linux-sandbox" + // Codex CLI 0.171: seen
  " bwrap" + // bubblewrap (Claude Code's sandbox, flatpak): seen
  " firejail" + // seen
  " nsjail minijail0 "; // read

/**
 * Run in the background for a whole machine or project, for years, and serve whoever asks: their work is not that of
 * the terminal that happened to start them. Behind a `:` is what one of their arguments holds, where the name alone
 * does not tell.
 */
export const DAEMONS = " watchman dockerd containerd podman buildkitd" + // read
  " node:/nx/src/daemon/ node:nx/daemon node:turbo-daemon turbo:daemon node:prettierd node:eslint_d" + // read
  " java:GradleDaemon java:MavenDaemon java:KotlinCompileDaemon java:A-server.jar bazel mvnd" + // read
  " sccache:--start-server ccache buck2d flow:start-server adb:fork-server" + // read
  " gpg-agent ssh-agent dbus-daemon dbus-broker pulseaudio pipewire ollama:serve syncthing" + // read
  " postgres mysqld redis-server nginx ";

/**
 * Agents' servers, which serve the programs of many terminals and live on as children of the first: name, words that
 * stand among the arguments (any one of those between bars), and the variable that the agent names a conversation by.
 */
export const AGENT_SERVERS: readonly (readonly [name: string, words: string, conversation: Variable | ""])[] =
  [
    // Codex CLI 0.171: `codex app-server --listen unix://… --managed-daemon`; without either it serves its parent. Seen.
    ["codex", "app-server --listen|--managed-daemon", "CODEX_THREAD_ID"],
    // Cline 3.0.65: seen.
    ["cline", "--cline-hub-daemon", ""],
    // Claude Code 2.1.332, `claude daemon run`, for background agents: seen.
    ["claude", "daemon run", "CLAUDE_CODE_SESSION_ID"],
  ];
