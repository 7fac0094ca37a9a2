/**
 * Let the engine compile as usual from here on. The binary starts reluctant to (`scripts/build.ts`), which is right
 * for a command that is over in milliseconds, and wrong for what goes on.
 */
export function fullSpeed(): void {
  if ("Bun" in globalThis) Bun.unsafe.setJITPolicy(1);
}
