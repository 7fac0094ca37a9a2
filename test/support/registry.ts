import { afterAll } from "bun:test";
import { openRegistry, type Registry } from "../../scripts/registry.ts";

export { newNode } from "../../scripts/registry.ts";

/** Start a registry in an empty directory; it ends with the test file. */
export async function startRegistry(directory: string): Promise<Registry> {
  const registry = await openRegistry(directory);
  afterAll(registry.end);
  return registry;
}
