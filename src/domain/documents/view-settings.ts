/** A background of maps that is loaded from elsewhere, which the operator chose. */
export type MapTiles = {
  /** With `{z}`, `{x}` and `{y}` for the place of a tile. */
  readonly url: string;
  readonly attribution?: string;
};

/** What pages draw results with. */
export type ViewSettings = {
  /** Where published outputs are; absent on pages that show none. */
  readonly outputsUrl?: string;
};
