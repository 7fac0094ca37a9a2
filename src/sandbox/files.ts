/** Files of a project root. What leads out of it is refused; `docs/sandbox.md` says what holds on which system. */
export { deleteFile } from "./files/remove.ts";
export { glob, MAX_FOUND, MAX_VISITED } from "./files/glob.ts";
export { listDir } from "./files/list.ts";
export { mkdirP } from "./files/mkdir.ts";
export {
  type FileContent,
  type LineOptions,
  type LinesContent,
  MAX_READ,
  readFile,
  readLines,
  type ReadOptions,
} from "./files/read.ts";
export type { Part } from "./files/part.ts";
export { projectRoot } from "./files/project-root.ts";
export { type Confinement, ProjectRoot } from "./files/root.ts";
export {
  fileExists,
  type FileStat,
  fileStat,
  type FileType,
  isDir,
  isFile,
  validatePath,
} from "./files/stat.ts";
export { MAX_WRITE, writeFile } from "./files/write.ts";
