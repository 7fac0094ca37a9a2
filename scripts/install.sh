#!/bin/sh
# Install berth from a release: fetch the archive for this machine, check it against the release's SHA256SUMS,
# and put the program in place in one step. Nothing is changed before the check. Where a key is given and minisign is
# here, SHA256SUMS must be signed with it.
#
# Words go to standard error; the one line for your shell's start-up file goes to standard output.
# Everything is in functions, and the last line calls them: a script cut off on its way does nothing.
set -eu

usage() {
  cat <<'END'
Usage: install.sh --base URL|DIRECTORY [--key KEY] [--version VERSION] [--to DIRECTORY] [--target TARGET]

  --base URL|DIRECTORY  where the release's archives and SHA256SUMS are     [BERTH_INSTALL_BASE]
  --key KEY             minisign's public key, or the file that has it      [BERTH_INSTALL_KEY]
  --version VERSION     which one, where there are several                  [BERTH_INSTALL_VERSION]
  --to DIRECTORY        where the program goes (default: ~/.local/bin)      [BERTH_INSTALL_DIR]
  --target TARGET       for which machine, instead of asking this one       [BERTH_INSTALL_TARGET]

Targets: linux-x64 linux-arm64 linux-x64-musl linux-arm64-musl darwin-x64 darwin-arm64
END
}

say() { printf '%s\n' "$*" >&2; }

die() {
  say "install.sh: $1"
  [ $# -lt 2 ] || say "  $2"
  exit 1
}

misuse() {
  say "install.sh: $1"
  usage >&2
  exit 2
}

has() { command -v "$1" >/dev/null 2>&1; }

# A word that a POSIX shell and fish read back as it is.
quoted() { printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")"; }

# The C library decides which program starts. A glibc system may have musl's loader as well and the other way
# round, so the library in use is asked first, and the loaders are only looked for where nothing answers.
is_musl() {
  ! getconf GNU_LIBC_VERSION >/dev/null 2>&1 || return 1
  case $(ldd --version 2>&1 || true) in
    *musl*) return 0 ;;
    *GNU* | *GLIBC*) return 1 ;;
  esac
  for loader in /lib/ld-linux-*.so.1 /lib64/ld-linux-*.so.2; do
    [ ! -e "$loader" ] || return 1
  done
  for loader in /lib/ld-musl-*.so.1; do
    [ ! -e "$loader" ] || return 0
  done
  return 1
}

own_target() {
  machine=$(uname -m)
  case $machine in
    x86_64 | amd64) cpu=x64 ;;
    aarch64 | arm64) cpu=arm64 ;;
    *) die "There is no berth for the processor \"$machine\"" ;;
  esac
  system=$(uname -s)
  case $system in
    Linux) if is_musl; then echo "linux-$cpu-musl"; else echo "linux-$cpu"; fi ;;
    Darwin)
      # A shell that runs under Rosetta says x86_64.
      if [ "$(sysctl -n hw.optional.arm64 2>/dev/null || true)" = 1 ]; then cpu=arm64; fi
      echo "darwin-$cpu"
      ;;
    MINGW* | MSYS* | CYGWIN*) die "This script is not for Windows" "Run install.ps1 in PowerShell" ;;
    *) die "There is no berth for the system \"$system\"" ;;
  esac
}

# From https, never down to http; what was cut off on its way is an error. Without a time limit for wget:
# BusyBox 1.35 as Debian builds it crashes on -T.
download() {
  if has curl; then
    case $1 in
      https:*) curl -fsSL --proto '=https' --retry 2 -o "$2" -- "$1" ;;
      *) curl -fsSL --proto '=http,https' -o "$2" -- "$1" ;;
    esac
  elif has wget; then
    case $1-$(wget --help 2>&1 || true) in
      https:*BusyBox*) say "Note: BusyBox's wget may not check the server's certificate; curl does" ;;
    esac
    wget -q -t 3 -O "$2" -- "$1"
  else
    die "Neither curl nor wget is here" "Install one, or download the release and pass its directory as --base"
  fi
}

# fetch NAME FILE: a file of the release.
fetch() {
  case $base in
    http://* | https://*) download "$base/$1" "$2" || die "Cannot download \"$base/$1\"" ;;
    *) cp -- "$base/$1" "$2" || die "Cannot read \"$base/$1\"" ;;
  esac
}

check_base() {
  case $base in
    '') misuse "Where is the release? Pass --base with the URL or the directory that has its archives" ;;
    https://*) ;;
    http://*@*) misuse "\"$base\" has an @ in it" ;;
    http://127.0.0.1[:/]* | http://localhost[:/]*) ;;
    http://*) die "Refusing \"$base\": over http anybody on the way can change the program" \
      "Use https, or download the release and pass its directory" ;;
    file://*) base=${base#file://} ;;
  esac
  base=${base%/}
  case $base in
    http://* | https://*) ;;
    *)
      [ -d "$base" ] || die "There is no directory \"$base\"" "Pass --base with a URL or a directory"
      base=$(CDPATH='' cd -- "$base" && pwd)
      ;;
  esac
}

check_words() {
  case $version in
    *[!0-9A-Za-z.+-]*) misuse "\"$version\" is no version; one looks like 0.2.0" ;;
  esac
  case $target in
    linux-x64 | linux-arm64 | linux-x64-musl | linux-arm64-musl | darwin-x64 | darwin-arm64) ;;
    *) misuse "\"$target\" is no target of this script" ;;
  esac
}

# The only version that the release has for this target.
only_version() {
  found=$(sed -n "s/^[0-9a-fA-F]\{64\} [ *]berth-\([0-9A-Za-z.+-]*\)-$target\.tar\.gz\$/\1/p" "$work/SHA256SUMS")
  case $found in
    '') die "The release at \"$base\" has nothing for $target" ;;
    *"
"*) die "The release at \"$base\" has several versions:" "$(echo "$found" | tr '\n' ' '); pass one as --version" ;;
  esac
  printf '%s\n' "$found"
}

sha256() {
  if has sha256sum; then
    sum=$(sha256sum <"$1")
  elif has shasum; then
    sum=$(shasum -a 256 <"$1")
  elif has openssl; then
    sum=$(openssl dgst -sha256 -r <"$1")
  else
    die "Cannot check the archive: none of sha256sum, shasum and openssl is here"
  fi
  printf '%.64s\n' "$sum"
}

verify() {
  wanted=$(awk -v name="$1" '$2 == name || $2 == "*" name { print tolower($1) }' "$work/SHA256SUMS")
  case $wanted in
    '') die "SHA256SUMS of \"$base\" has no line for $1" "Nothing was installed" ;;
    *[!0-9a-f]*) die "SHA256SUMS of \"$base\" has no usable line for $1" "Nothing was installed" ;;
  esac
  given=$(sha256 "$work/$1")
  [ "$wanted" = "$given" ] || die "The checksum of $1 is wrong: $given, where SHA256SUMS has $wanted" \
    "It was damaged or changed on its way; nothing was installed"
}

check_key() {
  [ -n "$key" ] || return 0
  [ ! -f "$key" ] || key=$(sed -n 2p "$key")
  case $key in
    *[!0-9A-Za-z+/]*) misuse "\"$key\" is no public key of minisign" ;;
  esac
  [ ${#key} -eq 56 ] || misuse "\"$key\" is no public key of minisign"
}

# What the signature says of itself, in "comment"; it is compared when the version is known.
verify_signature() {
  comment=
  if [ -z "$key" ]; then
    say "Note: no key was given, so the checksums are checked, and no signature"
    return 0
  elif ! has minisign; then
    say "Note: minisign is not here, so the checksums are checked, and no signature"
    return 0
  fi
  (fetch SHA256SUMS.minisig "$work/SHA256SUMS.minisig") 2>/dev/null ||
    die "The release at \"$base\" is not signed" "Nothing was installed"
  comment=$(minisign -V -Q -P "$key" -m "$work/SHA256SUMS" -x "$work/SHA256SUMS.minisig" 2>/dev/null) ||
    die "The signature of \"$base/SHA256SUMS\" is wrong" "It was made with another key, or the file was changed; nothing was installed"
}

# A signature of another version's checksums is no signature of these.
verify_comment() {
  [ -z "$comment" ] || [ "$comment" = "berth $version SHA256SUMS" ] ||
    die "The signature of \"$base/SHA256SUMS\" is for \"$comment\", not for $version" "Nothing was installed"
}

make_directory() {
  mkdir -p -- "$to" 2>/dev/null || die "Cannot make the directory \"$to\"" "Pass another one as --to"
  to=$(CDPATH='' cd -- "$to" && pwd)
  [ -w "$to" ] || die "The directory \"$to\" is not writable" "Pass another one as --to"
  [ ! -d "$to/berth" ] || die "\"$to/berth\" is a directory" "Pass another one as --to"
}

# A program that does not start here never takes the place of one that does.
starts() {
  ended=0
  answer=$(BUN_OPTIONS='' BUN_BE_BUN='' BUN_INSPECT='' "$1" --version 2>&1 </dev/null) || ended=$?
  case $answer in
    "berth $version "*) return 0 ;;
  esac
  hint="Is --target $target right?"
  case $answer in
    *libstdc++*) hint="It needs the C++ library; on Alpine: apk add libstdc++" ;;
  esac
  # SIGILL.
  case $ended-$target in
    132-*-x64*) hint="This processor lacks SSE4.2, which the program needs" ;;
    132-*) hint="This processor lacks instructions that the program needs" ;;
  esac
  # A loader names each of hundreds of symbols that it lacks.
  printf '%s\n' "$answer" | sed -n 1,3p >&2
  die "The program does not start here; nothing was changed" "$hint"
}

# The new program is written beside its place and moved there: one step, also when the old one is running.
place() {
  new=$(mktemp "$to/.berth.XXXXXX") || die "Cannot write in \"$to\"" "Pass another one as --to"
  tar -xzOf "$work/$1" berth >"$new" || die "Cannot unpack $1" "Is there space in \"$to\"?"
  chmod 755 "$new"
  starts "$new"
  mv -f -- "$new" "$to/berth" || die "Cannot replace \"$to/berth\""
}

# Manual pages and completions, where the program's directory is a prefix's "bin". Archives before 0.2.0 have none.
bring() {
  files=
  case $to in
    */bin) prefix=${to%/bin} ;;
    *) return 0 ;;
  esac
  names=$(tar -xzvf "$work/$1" -C "$work" share 2>/dev/null) || return 0
  for name in $names; do
    [ -f "$work/$name" ] || continue
    if mkdir -p -- "$prefix/${name%/*}" 2>/dev/null && cp -f -- "$work/$name" "$prefix/$name" 2>/dev/null; then
      files="$files
file $prefix/$name"
    else
      say "Note: cannot write \"$prefix/$name\", so manual pages and completions are not all there"
      return 0
    fi
  done
}

# By it "berth update" knows where it came from.
leave_receipt() {
  case $to in
    */bin) receipt=${to%/bin}/share/berth/receipt ;;
    *) receipt=$to/berth.receipt ;;
  esac
  case $base$to in
    *"
"*) return 0 ;;
  esac
  if mkdir -p -- "${receipt%/*}" 2>/dev/null && receipt_lines >"$receipt.$$" 2>/dev/null; then
    mv -f -- "$receipt.$$" "$receipt"
  else
    say "Note: cannot write \"$receipt\", so \"berth update\" will not know where this came from"
  fi
}

receipt_lines() {
  printf '%s\n' "berth-receipt 1" "base $base" "target $target" "program $to/berth"
  [ -z "$key" ] || printf '%s\n' "key $key"
  [ -z "$files" ] || printf '%s\n' "$files"
}

on_path() {
  case ":$PATH:" in
    *":$to:"*) return 0 ;;
  esac
  return 1
}

# line SHELL: what its start-up file needs.
line() {
  path=
  case $1 in
    bash | zsh)
      on_path || path="export PATH=$(quoted "$to"):\"\$PATH\"; "
      printf '%s\n' "${path}eval \"\$(berth init $1)\""
      ;;
    fish)
      on_path || path="fish_add_path $(quoted "$to"); "
      printf '%s\n' "${path}berth init fish | source"
      ;;
    pwsh)
      on_path || path="\$env:PATH = '$(printf '%s' "$to" | sed "s/'/''/g"):' + \$env:PATH; "
      printf '%s\n' "${path}Invoke-Expression ((& berth init pwsh) -join \"\`n\")"
      ;;
  esac
}

startup_file() {
  home=${HOME:-}
  case $1-$target in
    # Terminals on macOS start login shells.
    bash-darwin*) printf '%s\n' "$home/.bash_profile" ;;
    bash-*) printf '%s\n' "$home/.bashrc" ;;
    zsh-*) printf '%s\n' "${ZDOTDIR:-$home}/.zshrc" ;;
    fish-*) printf '%s\n' "${XDG_CONFIG_HOME:-$home/.config}/fish/config.fish" ;;
    pwsh-*) printf '%s\n' "the file that \$PROFILE names" ;;
  esac
}

tell() {
  say "Installed berth $version as $to/berth"
  other=$(command -v berth 2>/dev/null || true)
  if on_path && [ -n "$other" ] && [ "$other" != "$to/berth" ]; then say "Note: PATH finds $other first"; fi
  shell=${SHELL:-sh}
  shell=${shell##*/}
  case $shell in
    bash | zsh | fish | pwsh)
      say "Put this line at the end of $(startup_file "$shell"):"
      line "$shell"
      ;;
    *) say "Type \"$to/berth help init\" for the line that your shell needs" ;;
  esac
}

cleanup() {
  [ -z "$work" ] || rm -rf -- "$work"
  [ -z "$new" ] || rm -f -- "$new"
}

options() {
  while [ $# -gt 0 ]; do
    case $1 in
      -h | --help)
        usage
        exit 0
        ;;
      --base | --key | --version | --to | --target) [ -n "${2:-}" ] || misuse "$1 needs a value" ;;
    esac
    case $1 in
      --base) base=$2 ;;
      --key) key=$2 ;;
      --version) version=${2#v} ;;
      --to) to=$2 ;;
      --target) target=$2 ;;
      *) misuse "Unknown option \"$1\"" ;;
    esac
    shift 2
  done
}

main() {
  work='' new=''
  base=${BERTH_INSTALL_BASE:-} version=${BERTH_INSTALL_VERSION:-} target=${BERTH_INSTALL_TARGET:-}
  version=${version#v}
  key=${BERTH_INSTALL_KEY:-}
  to=${BERTH_INSTALL_DIR:-${HOME:+$HOME/.local/bin}}
  options "$@"
  check_base
  [ -n "$to" ] || misuse "HOME is not set; pass --to with the directory for the program"
  [ -n "$target" ] || target=$(own_target)
  check_words
  check_key
  # What root installs is for everybody.
  [ "$(id -u)" != 0 ] || umask 022
  trap cleanup EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  work=$(mktemp -d "${TMPDIR:-/tmp}/berth-install.XXXXXX") || die "Cannot make a temporary directory"
  fetch SHA256SUMS "$work/SHA256SUMS"
  verify_signature
  [ -n "$version" ] || version=$(only_version)
  verify_comment
  archive=berth-$version-$target.tar.gz
  fetch "$archive" "$work/$archive"
  verify "$archive"
  make_directory
  place "$archive"
  new=
  bring "$archive"
  leave_receipt
  tell
}

main "$@"
