/** What a runtime is given to run as the child; the compiled binary gets there by a word (`main.ts`). */
import { runChild } from "./child.ts";

await runChild();
