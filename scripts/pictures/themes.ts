/** Colours of a terminal: the page behind it is GitHub's, light or dark. */
export interface Theme {
  readonly background: string;
  readonly border: string;
  readonly text: string;
  readonly faint: string;
  /** The first eight of its colours. */
  readonly palette: readonly string[];
}

export const THEMES: Readonly<Record<string, Theme>> = {
  light: {
    background: "#ffffff",
    border: "#d0d7de",
    text: "#1f2328",
    faint: "#656d76",
    palette: ["#24292f", "#cf222e", "#116329", "#8a4b00", "#0969da", "#8250df", "#1b6e75", "#57606a"],
  },
  dark: {
    background: "#0d1117",
    border: "#30363d",
    text: "#e6edf3",
    faint: "#8d96a0",
    palette: ["#6e7681", "#ff7b72", "#56d364", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#c9d1d9"],
  },
};
