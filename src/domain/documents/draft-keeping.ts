/** How a script keeps what was typed in a form and not sent. */
export type DraftKeeping = {
  /** Whose drafts they are; absent for who has no name. */
  readonly user?: string;
  /** By the browser, where whoever comes next has another name or is the same person; else by the tab alone. */
  readonly drafts: "browser" | "tab";
};
