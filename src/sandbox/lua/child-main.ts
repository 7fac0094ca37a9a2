/** What a runtime is given to run as the child; the compiled binary gets there by a word (`cli/run.ts`). */
import { runChild } from "./child.ts";

await runChild();
