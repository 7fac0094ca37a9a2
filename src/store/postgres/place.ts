import { sha256 } from "../../facts/sha256.ts";
import type { Backend, Reach } from "../backend.ts";
import type { Told } from "../observe.ts";
import type { DatabaseConnection } from "./connection.ts";
import type { Pool } from "./pool.ts";
import type { Settings } from "./settings.ts";

/** A registration of this host, by which what an older one writes is refused. */
export interface Registration {
  readonly host: string;
  readonly epoch: string;
}

/**
 * Does a write under a registration of this host; null where there is none.
 *
 * @param connection in the transaction of the write
 * @param database the database's ID
 */
export type Registered = <T>(
  connection: DatabaseConnection,
  database: string,
  work: (registration: Registration | null) => Promise<T>,
) => Promise<T>;

export interface SharedOptions {
  readonly settings: Settings;
  /** The store in the database. */
  readonly store: string;
  /** The events of what was done, each as the line that is kept of it. */
  readonly eventsOf: (told: Told) => readonly string[];
  readonly registered?: Registered;
  /** How long a lock may be held without a word to the server, in milliseconds. */
  readonly idleMs?: number;
  /** Told once a connection is there: the namespace is shared from now on. */
  readonly onConnect?: () => void;
}

/** The shared store, with its connections. */
export interface SharedBackend extends Backend, AsyncDisposable {
  readonly pool: Pool;
  readonly options: SharedOptions;
  view(reach: Reach): Promise<Backend>;
}

/** A 64-bit key of the name, as the server takes it: signed. */
export const lockKey = (store: string, name: string): string =>
  BigInt.asIntN(64, BigInt(`0x${sha256(`${store}\0${name}`).slice(0, 16)}`)).toString();
