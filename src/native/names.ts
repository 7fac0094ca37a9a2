/**
 * What the packages are called on npm; the one place that knows. `berth` alone is not ours there: npm itself holds
 * that name.
 */
export const NPM = {
  scope: "@berth-cli",
  /** The command: a launcher, and a package with the program for each machine. */
  command: "@berth-cli/berth",
  /** What other programs import; called the same on JSR. */
  library: "@berth-cli/library",
} as const;

/** The package that holds the program for a target. */
export const nativePackage = (target: string): string => `${NPM.scope}/${target}`;
