import type { Shell } from "./render.ts";

/** The shells that there are hooks for, each loaded when it is asked for. */
export const SHELLS = {
  bash: async (): Promise<Shell> => (await import("./bash.ts")).bash,
  zsh: async (): Promise<Shell> => (await import("./zsh.ts")).zsh,
  fish: async (): Promise<Shell> => (await import("./fish.ts")).fish,
  pwsh: async (): Promise<Shell> => (await import("./pwsh.ts")).pwsh,
  nu: async (): Promise<Shell> => (await import("./nu.ts")).nu,
} as const;

export type ShellName = keyof typeof SHELLS;

export const isShellName = (name: string): name is ShellName => Object.hasOwn(SHELLS, name);
