import * as v from "valibot";
import { fail } from "../../errors/errors.ts";
import type { Request, Resolution } from "../../identity/resolution.ts";
import type { Facts } from "../../facts/facts.ts";
import { type Context, type Input, type Option, text } from "../command.ts";

export const OF: Option = {
  flag: "--of <pid>",
  about: "Of another process, as a program that it starts would see it",
  schema: v.pipe(v.string(), v.regex(/^[1-9]\d{0,9}$/)),
  wanted: "a process ID",
};

/** What is asked, with the process that was named. @throws `no_process` where it is gone or may not be read */
export function requestOf({ facts, request }: Pick<Context, "facts" | "request">, input: Input): Request {
  const pid = text(input, "of");
  if (pid === undefined) return request;
  const process = facts.process(Number(pid));
  if (!process.ok) throw fail("no_process", { pid, why: process.why });
  return { ...request, of: Number(pid) };
}

/** The session that the command line asks for: ours, or that of the process it names. */
export function resolutionOf(context: Context, input: Input, facts: Facts = context.facts): Resolution {
  return context.decide(facts, requestOf({ facts, request: context.request }, input), context.deps);
}
