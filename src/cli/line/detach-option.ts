import type { Option } from "../command.ts";

export const DETACH: Option = {
  flag: "-d, --detach",
  about: "In the background, in your tmux: it goes on when this terminal is closed",
};
