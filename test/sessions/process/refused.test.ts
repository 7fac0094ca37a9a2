/** A system that lets nobody wait for a process, as a filter of system calls does. */
import { expect, test } from "bun:test";
import { berth } from "../../support/berth.ts";
import { project } from "../../support/project.ts";

test.each(["hold", "run"])("%s says that it cannot tell how its command ends", async (command) => {
  const p = await project();
  await p.ok("new", "auth");
  const words = command === "hold" ? ["--session-id", "x", "hold"] : ["run", "auth"];
  const refusing = ["strace", "-f", "-o", "/dev/null", "-e", "inject=wait4:error=EPERM"];
  const { stderr, status } = await p.in(p.root, [...refusing, berth, ...words, "--", "true"]);
  expect(status).toBe(1);
  const [, hint = ""] = /Cannot tell how process \d+ ends.*\n {2}hint: Type "(ps -p \d+)"/.exec(stderr) ?? [];
  expect(hint).not.toBe("");
});
