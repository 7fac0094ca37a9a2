/**
 * Version information of a Windows executable: what Explorer's "Details" shows. Bun writes it only when it
 * compiles on Windows itself, and a resource editor ruins a compiled program, whose code comes after the
 * resources: so the runtime is changed first and our code put into that.
 */
import { NtExecutable, NtExecutableResource, Resource } from "resedit";

/** US English, UTF-16: what nearly every program has, and what Explorer looks for first. */
const LANGUAGE = { lang: 1033, codepage: 1200 };
/** `winuser.h`: RT_ICON, RT_GROUP_ICON, RT_VERSION. What the runtime has of them is Bun's, not ours. */
const REPLACED: readonly unknown[] = [3, 14, 16];
/** `verrsrc.h`: VOS_NT_WINDOWS32, VFT_APP. */
const KIND = { fileOS: 0x40004, fileType: 1, fileFlagsMask: 0x3f };

export interface Version {
  /** `MAJOR.MINOR.PATCH`, whatever may follow after a `-`. */
  readonly version: string;
  readonly description: string;
  readonly copyright: string;
}

/** The 16-bit numbers of `VS_FIXEDFILEINFO`. @throws Error for a version that has no three of them */
function numbers(version: string): [number, number, number] {
  const found = /^(\d+)\.(\d+)\.(\d+)(?:[-+].*)?$/.exec(version);
  const [major = NaN, minor = NaN, patch = NaN] = (found ?? []).slice(1).map(Number);
  if (![major, minor, patch].every((part) => part <= 0xffff)) {
    throw new Error(`Cannot write ${JSON.stringify(version)} as a Windows version`);
  }
  return [major, minor, patch];
}

function strings(about: Version): Record<string, string> {
  return {
    FileDescription: about.description,
    FileVersion: about.version,
    InternalName: "berth",
    LegalCopyright: about.copyright,
    OriginalFilename: "berth.exe",
    ProductName: "berth",
    ProductVersion: about.version,
  };
}

function versionInfo(about: Version): Resource.VersionInfo {
  const [major, minor, patch] = numbers(about.version);
  const [high, low] = [major * 0x10000 + minor, patch * 0x10000];
  const versions = { fileVersionMS: high, fileVersionLS: low, productVersionMS: high, productVersionLS: low };
  return Resource.VersionInfo.create(LANGUAGE.lang, { ...KIND, ...versions }, [
    { ...LANGUAGE, values: strings(about) },
  ]);
}

/**
 * Put version information into a runtime, in place of Bun's own, and take Bun's icon out.
 *
 * @param runtime bytes of Bun's runtime for Windows
 * @returns the bytes of the changed runtime
 */
export function withVersionInfo(runtime: Uint8Array, about: Version): Uint8Array {
  // Oven's Authenticode signature cannot stay valid.
  const executable = NtExecutable.from(runtime, { ignoreCert: true });
  const resources = NtExecutableResource.from(executable);
  resources.entries = resources.entries.filter(({ type }) => !REPLACED.includes(type));
  versionInfo(about).outputToResourceEntries(resources.entries);
  resources.outputResource(executable);
  return new Uint8Array(executable.generate());
}
