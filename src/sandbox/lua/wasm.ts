/** Where the Lua machine's WebAssembly is: inside our binary, or in the package. */
import { fileURLToPath } from "node:url";

/**
 * Path of `glue.wasm`, readable by `node:fs`. Bun puts a file that is imported with this type into the compiled
 * binary and gives its path there. Deno does not know the type and resolves the package's own file; the name is
 * in two parts because `deno check` reads every file that a name in one part imports, as text. Bun joins them
 * when it builds, and `--reject-unresolved` would fail if it did not.
 */
export async function wasmPath(): Promise<string> {
  if (typeof BERTH_SYSTEM !== "string" && !("Bun" in globalThis)) {
    return fileURLToPath(import.meta.resolve("wasmoon/dist/glue.wasm"));
  }
  const file: { default: string } = await import("wasmoon/dist/" + "glue.wasm", { with: { type: "file" } });
  return file.default;
}
