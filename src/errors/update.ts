import { Exit, kind } from "./kind.ts";
import { quote, quotePath, shellWord } from "./quote.ts";

/** Failures of `berth update`. */
export const updateErrors = () => ({
  no_receipt: kind(
    Exit.refused,
    (d: { program: string; command: string }) =>
      `Cannot update ${quotePath(d.program)}: it was not put there by install.sh or install.ps1`,
    (d) => `Type "${d.command}"`,
    { program: "/usr/bin/berth", command: "sudo apt install ./berth_VERSION_ARCHITECTURE.deb" },
  ),
  bad_receipt: kind(
    Exit.data,
    (d: { file: string; why: string }) => `Cannot read the receipt ${quotePath(d.file)}: ${d.why}`,
    () => `Install again by install.sh or install.ps1`,
    { file: "/home/me/.local/share/berth/receipt", why: "it names no base" },
  ),
  cannot_fetch: kind(
    Exit.failed,
    (d: { from: string; why: string }) => `Cannot fetch ${quote(d.from, 400)}: ${d.why}`,
    () => `Type "berth update" again later`,
    { from: "https://berth.invalid/SHA256SUMS", why: "status 404" },
  ),
  bad_signature: kind(
    Exit.refused,
    (d: { from: string; why: string }) =>
      `Refusing the release at ${quote(d.from, 400)}: ${d.why}; nothing was changed`,
    () => `Ask the people who make the releases; the key is the one of your first installation`,
    { from: "https://berth.invalid", why: "its SHA256SUMS has no signature" },
  ),
  bad_release: kind(
    Exit.refused,
    (d: { from: string; why: string }) =>
      `Refusing the release at ${quote(d.from, 400)}: ${d.why}; nothing was changed`,
    () => `Type "berth update" again later; it may have been replaced just now`,
    { from: "https://berth.invalid", why: "the checksum of berth-0.2.0-linux-x64.tar.gz is wrong" },
  ),
  older_release: kind(
    Exit.refused,
    (d: { from: string; given: string; have: string }) =>
      `Refusing the release at ${quote(d.from, 400)}: ${d.given} is older than ${d.have}`,
    () => `Type "berth update --allow-downgrade" if that is what you want`,
    { from: "https://berth.invalid", given: "0.1.0", have: "0.2.0" },
  ),
  not_replaced: kind(
    Exit.failed,
    (d: { program: string; why: string; ofRoot?: boolean }) =>
      `Cannot replace ${quotePath(d.program)}: ${d.why}`,
    (d) =>
      d.ofRoot === true
        ? `Type "sudo ${shellWord(d.program)} update": root has installed it, for everybody here`
        : `Make its directory writable for you, or install again with another one`,
    { program: "/opt/bin/berth", why: "EACCES" },
  ),
} as const);
