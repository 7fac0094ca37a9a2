/** Where the shared database is, by a URL, a service, variables and files; and what of it is never told. */
import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BerthError } from "../../../src/errors/errors.ts";
import { settingsOf } from "../../../src/store/postgres/settings.ts";

const home = mkdtempSync(join(tmpdir(), "berth-settings-"));
afterAll(() => rmSync(home, { recursive: true }));
const of = (url: string, variables: Record<string, string> = { USER: "me" }) =>
  settingsOf(url, variables, home);

function refusal(url: string): string {
  try {
    of(url);
  } catch (error) {
    if (error instanceof BerthError) return error.message;
    throw error;
  }
  throw new Error(`${url} is taken`);
}

describe("a password that is not written as a URL wants it is in no message", () => {
  test.each(["?", "/", "#", "&", "%", "@", "?a&", "?x=", "/y?z"])("with %s in it", (odd) => {
    const url = `postgres://me:s3cret${odd}t0p@db.example.invalid/team`;
    const told = (() => {
      try {
        return JSON.stringify(of(url).servers);
      } catch (error) {
        return String(error);
      }
    })();
    expect(told).not.toMatch(/s3cret|t0p@/);
  });
});

test("a parameter that is none is named", () => {
  expect(refusal("postgres://db.example.invalid/team?sslmod=require")).toContain('"sslmod"');
});

test("far away the server has to prove who it is, near by not", () => {
  expect(of("postgres://db.example.invalid/team").sslmode).toBe("verify-full");
  expect(of("postgres://127.0.0.1/team").sslmode).toBe("prefer");
  expect(of("postgres:///team").sslmode).toBe("prefer");
  // One that is far is enough.
  expect(of("postgres://127.0.0.1,db.example.invalid/team").sslmode).toBe("verify-full");
});

test("the URL goes before the service, that before the variables", () => {
  const file = join(home, "services");
  writeFileSync(file, "[other]\nport=1\n[team]\nhost=db.example.invalid\nport = 5433\nuser=of-service\n");
  const variables = { PGSERVICEFILE: file, PGUSER: "of-variable", PGDATABASE: "of-variable" };
  const found = of("postgres://?service=team&port=5434", variables);
  expect([found.servers, found.user, found.database]).toEqual([
    [{ host: "db.example.invalid", port: 5434 }],
    "of-service",
    "of-variable",
  ]);
});

test("the password file: the first line that fits, with what is escaped in it, and for its owner alone", () => {
  const file = join(home, "passwords");
  const lines = ["# mine", "db.example.invalid:5432:team:you:no", "*:*:team:me:a\\:b\\\\c", "*:*:*:*:last"];
  writeFileSync(file, `${lines.join("\n")}\n`, { mode: 0o600 });
  const variables = { USER: "me", PGPASSFILE: file };
  const passwordOf = (url: string) => {
    const { servers: [server], password } = of(url, variables);
    return server === undefined ? null : password(server);
  };
  expect(passwordOf("postgres://db.example.invalid/team")).toBe("a:b\\c");
  expect(passwordOf("postgres://db.example.invalid/other")).toBe("last");
  chmodSync(file, 0o644);
  expect(() => passwordOf("postgres://db.example.invalid/team")).toThrow(/passwords/);
});
