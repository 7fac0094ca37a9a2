/*
 * How a session of another project is spelled: `PROJECT/NAME`, where PROJECT is the last part of the path of its root,
 * and more parts where two projects end alike (`shop/api/auth`).
 */

/** Parts of a path on any system; a leading separator is an empty first part. */
const partsOf = (path: string): string[] => path.split(/[\\/]/);

/** Whether `given` is PROJECT/NAME for the session of that name in the project at `root`. */
export function isOfProject(given: string, name: string, root: string | undefined): boolean {
  if (root === undefined || !given.endsWith(`/${name}`)) return false;
  const wanted = partsOf(given.slice(0, -name.length - 1));
  const parts = partsOf(root);
  return wanted.length <= parts.length &&
    wanted.every((part, at) => part === parts[parts.length - wanted.length + at]);
}

/**
 * PROJECT/NAME, with as many parts of the root as tell it from the others.
 *
 * @param others roots of projects that could be meant as well
 */
export function projectName(root: string, others: Iterable<string>, name: string): string {
  const parts = partsOf(root);
  const rest = [...others].filter((other) => other !== root);
  for (let count = 1; count < parts.length; count++) {
    const word = `${parts.slice(-count).join("/")}/${name}`;
    if (!rest.some((other) => isOfProject(word, name, other))) return word;
  }
  return `${parts.join("/")}/${name}`;
}
