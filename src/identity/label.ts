import { fail } from "../errors/errors.ts";
import { foundId, type Namespace, SEPARATOR, splitId } from "./id.ts";
import type { ResolverDependencies } from "./resolution.ts";

/** A session ID is a file name on every system, in every shell, and in a URL. */
export const MAX_LENGTH = 80;
const OUTSIDE = /[^A-Za-z0-9._-]/u;
const ALPHABET = /^[A-Za-z0-9._-]+$/;

/** What the longest namespace leaves room for: `--`, one character of payload, `_` and 16 hex digits. */
const MAX_NAMESPACE = 60;

const OURS = /^(?:ex|tmux|screen|zellij|ssh|terminal|anchor|uuid)$/;
const HASH = /^[0-9a-f]{64}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const SHORT_SUFFIX = /^(.+)_([0-9a-f]{2})$/s;
const LONG_SUFFIX = /^.+_[0-9a-f]{16}$/s;

/**
 * Spell a label of the user's as an ID. An ID that is already one stays what it is, so IDs can be given back to
 * `--session-id`; any other label gets a suffix of its hash, so that two labels never become one ID.
 *
 * @param label `payload` or `namespace--payload`
 * @throws BerthError empty_label, control_in_label, bad_namespace, namespace_too_long
 */
export function formatLabel(label: string, sha256: ResolverDependencies["sha256"]): string {
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f-\u009f]/.test(label)) throw fail("control_in_label", { label });
  const { namespace, payload } = splitId(label);
  if (namespace === "" || payload === "") throw fail("empty_label", { label });
  if (namespace !== undefined) checkNamespace(namespace);
  if (isCanonical(label, sha256)) return label;
  return spell(namespace ?? "ex", payload, sha256);
}

function checkNamespace(namespace: string): void {
  if (!ALPHABET.test(namespace)) throw fail("bad_namespace", { namespace });
  if (namespace.length > MAX_NAMESPACE) {
    throw fail("namespace_too_long", { namespace, length: namespace.length });
  }
}

function spell(namespace: string, payload: string, sha256: ResolverDependencies["sha256"]): string {
  const room = MAX_LENGTH - namespace.length - SEPARATOR.length;
  const hash = sha256(payload);
  const clean = Array.from(payload, (point) => OUTSIDE.test(point) ? "_" : point).join("");
  const whole = `${clean}_${hash.slice(0, 2)}`;
  if (clean === payload && whole.length <= room) return foundId(namespace as Namespace, whole);
  return foundId(namespace as Namespace, `${clean.slice(0, room - 17)}_${hash.slice(0, 16)}`);
}

/** Whether a value is an ID as berth spells them, so that spelling it again leaves it as it is. */
export function isCanonical(value: string, sha256: ResolverDependencies["sha256"]): boolean {
  const { namespace, payload } = splitId(value);
  if (namespace === undefined || value.length > MAX_LENGTH) return false;
  if (!ALPHABET.test(namespace) || namespace.length > MAX_NAMESPACE || !ALPHABET.test(payload)) return false;
  if (OURS.test(namespace) && (HASH.test(payload) || UUID.test(payload))) return true;
  if (LONG_SUFFIX.test(payload)) return true;
  const [, original, digits] = SHORT_SUFFIX.exec(payload) ?? [];
  return original !== undefined && sha256(original).startsWith(digits ?? " ");
}
