/**
 * What is in the program, in the two formats that are asked for: CycloneDX 1.6 and SPDX 2.3. npm knows its packages; the
 * runtime, which is most of every binary, is added with the SHA-256 that a release checks. No time but the commit's.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../archive.ts";
import { PINNED } from "../pinned-runtimes.ts";
import { type PackageFile, type Source, text } from "./source.ts";

const root = join(import.meta.dir, "..", "..");

interface Component {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly purl: string;
  /** SHA-512 or SHA-256 of what is used, in hex. */
  readonly hash: { readonly algorithm: "SHA-256" | "SHA-512"; readonly value: string };
}

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

type Lock = Readonly<Record<string, Locked>>;

/** Where a package finds one that it depends on: in its own `node_modules`, or in one further out. */
function placeOf(packages: Lock, from: string, name: string): string {
  for (let at = from;; at = at.slice(0, Math.max(0, at.lastIndexOf("/node_modules/")))) {
    const place = `${at === "" ? "" : `${at}/`}node_modules/${name}`;
    if (packages[place] !== undefined) return place;
    if (at === "") throw new Error(`package-lock.json has no ${name}, which ${from} depends on`);
  }
}

/** Every package that is reached by dependencies; what is a peer's (a compiler for types) does not get in. */
function reached(packages: Lock): string[] {
  const found = new Set([""]);
  for (const place of found) {
    const { dependencies = {} } = packages[place] ?? {};
    for (const name of Object.keys(dependencies)) found.add(placeOf(packages, place, name));
  }
  return [...found].slice(1);
}

/** What `package-lock.json` brings into the program. */
function npmComponents(): Component[] {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    packages: Lock;
  };
  return reached(packages).map((place) => {
    const { version = "", integrity = "", license = "NOASSERTION" } = packages[place] ?? {};
    const name = place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length);
    const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
    const value = Buffer.from(integrity.replace(/^sha512-/, ""), "base64").toString("hex");
    return { name, version, license, purl, hash: { algorithm: "SHA-512" as const, value } };
  }).toSorted((one, other) => one.purl < other.purl ? -1 : 1);
}

/** The runtimes of the packaged targets. */
const runtimes = ({ targets }: Source): Component[] =>
  targets.map((target) => ({
    name: `bun-${target}`,
    version: PINNED.bun,
    license: "MIT",
    purl: `pkg:generic/bun@${PINNED.bun}?target=${target}`,
    hash: { algorithm: "SHA-256" as const, value: PINNED.sha256[target] },
  }));

const iso = (epoch: number): string => new Date(epoch * 1000).toISOString().replace(".000Z", "Z");

/** A UUID that the content gives, for a document has to have one and may not change by itself. */
function uuidOf(content: string): string {
  const hex = sha256(text(content));
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${
    hex.slice(20, 32)
  }`;
}

function cycloneDx(source: Source, components: readonly Component[]): string {
  const ref = `berth@${source.version}`;
  const body = {
    metadata: {
      timestamp: iso(source.epoch),
      component: { type: "application", name: "berth", version: source.version, "bom-ref": ref },
    },
    components: components.map(({ name, version, license, purl, hash }) => ({
      type: name.startsWith("bun-") ? "platform" : "library",
      "bom-ref": purl,
      name,
      version,
      purl,
      hashes: [{ alg: hash.algorithm, content: hash.value }],
      ...license === "NOASSERTION" ? {} : { licenses: [{ expression: license }] },
    })),
    dependencies: [{ ref, dependsOn: components.map(({ purl }) => purl) }],
  };
  const head = { bomFormat: "CycloneDX", specVersion: "1.6", version: 1 };
  const serialNumber = `urn:uuid:${uuidOf(JSON.stringify(body))}`;
  return `${JSON.stringify({ ...head, serialNumber, ...body }, null, 2)}\n`;
}

function spdx(source: Source, components: readonly Component[]): string {
  const id = (n: number) => `SPDXRef-Package-${n}`;
  const packages = components.map(({ name, version, license, purl, hash }, n) => ({
    name,
    SPDXID: id(n + 1),
    versionInfo: version,
    downloadLocation: "NOASSERTION",
    filesAnalyzed: false,
    licenseDeclared: license,
    licenseConcluded: "NOASSERTION",
    copyrightText: "NOASSERTION",
    checksums: [{ algorithm: hash.algorithm.replace("-", ""), checksumValue: hash.value }],
    externalRefs: [{ referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: purl }],
  }));
  const own = {
    name: "berth",
    SPDXID: id(0),
    versionInfo: source.version,
    downloadLocation: source.downloads,
    filesAnalyzed: false,
    licenseDeclared: "MIT",
    licenseConcluded: "MIT",
    copyrightText: "NOASSERTION",
  };
  const body = {
    creationInfo: { created: iso(source.epoch), creators: ["Tool: berth-release-scripts"] },
    packages: [own, ...packages],
    relationships: [
      { spdxElementId: "SPDXRef-DOCUMENT", relationshipType: "DESCRIBES", relatedSpdxElement: id(0) },
      ...packages.map(({ SPDXID }) => ({
        spdxElementId: id(0),
        relationshipType: "CONTAINS",
        relatedSpdxElement: SPDXID,
      })),
    ],
  };
  const head = { spdxVersion: "SPDX-2.3", dataLicense: "CC0-1.0", SPDXID: "SPDXRef-DOCUMENT" };
  const name = `berth-${source.version}`;
  const documentNamespace = `${source.homepage.replace(/\/$/, "")}/spdx/${name}-${
    uuidOf(JSON.stringify(body))
  }`;
  return `${JSON.stringify({ ...head, name, documentNamespace, ...body }, null, 2)}\n`;
}

export async function* sboms(source: Source): AsyncGenerator<PackageFile> {
  const components = await Promise.resolve([...runtimes(source), ...npmComponents()]);
  yield { name: `berth-${source.version}.cdx.json`, bytes: text(cycloneDx(source, components)) };
  yield { name: `berth-${source.version}.spdx.json`, bytes: text(spdx(source, components)) };
}
