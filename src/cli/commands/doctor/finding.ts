/** Something that a person should know of. `broken`: berth cannot do here what it is for. */
export interface Finding {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly broken: boolean;
  readonly fixed: boolean;
}

export const finding = (code: string, message: string, hint: string, broken: boolean): Finding => ({
  code,
  message,
  hint,
  broken,
  fixed: false,
});
