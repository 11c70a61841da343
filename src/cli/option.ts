/** One option of a command. */
export type Option = {
  readonly type: "string" | "boolean";
  readonly short?: string;
  readonly multiple?: boolean;
  /** The value that the option stands for when no word follows it. Only for commands that take no words of their own. */
  readonly bare?: string;
  /** What its value is called in the usage text. */
  readonly value?: string;
  readonly about: string;
  /** The heading that it stands under in the usage text. */
  readonly group?: string;
  /** Accepted, but not shown in the usage text. */
  readonly isHidden?: boolean;
};

/** `--name VALUE`; no value where none follows. */
export type InputArgument = { readonly name: string; readonly value?: string };
