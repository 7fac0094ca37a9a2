import type { DatabaseConnection } from "./connection.ts";

/** Connections that are free, and what was made of them. One is made when none is free: each flow has its own. */
export interface Pool {
  take(): Promise<DatabaseConnection>;
  /** Take it back; what is under way there is rolled back, unless nothing is; a broken one is closed. */
  giveBack(connection: DatabaseConnection, done?: boolean): Promise<void>;
  /** With a connection, and with what is begun there ended as well. */
  use<T>(work: (connection: DatabaseConnection) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const MAX_IDLE = 32;

export function poolOf(connect: () => Promise<DatabaseConnection>, onConnect: () => void = () => {}): Pool {
  const idle: DatabaseConnection[] = [];
  const all = new Set<DatabaseConnection>();
  const take = async () => {
    for (let free = idle.pop(); free !== undefined; free = idle.pop()) if (!free.broken) return free;
    const made = await connect();
    onConnect();
    all.add(made);
    return made;
  };
  const drop = async (connection: DatabaseConnection) => {
    all.delete(connection);
    await connection.close();
  };
  const giveBack = async (connection: DatabaseConnection, done = false) => {
    try {
      if (!done && !connection.broken) await connection.ask("rollback");
    } catch {
      return await drop(connection);
    }
    if (connection.broken || idle.length >= MAX_IDLE) await drop(connection);
    else idle.push(connection);
  };
  return {
    take,
    giveBack,
    async use(work) {
      const connection = await take();
      let done = false;
      try {
        const result = await work(connection);
        done = true;
        return result;
      } finally {
        await giveBack(connection, done);
      }
    },
    async close() {
      await Promise.all([...all].map(drop));
    },
  };
}
