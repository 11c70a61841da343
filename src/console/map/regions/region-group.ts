/**
 * Regions of one kind, one a line, by their names: the name, behind a "the" where people say it so, and before its country where
 * several are called so; then "=" and other names; then west, south, east and north in degrees. The boxes go around what is usually
 * called so, to half a degree outwards; many of these have no exact border.
 */
export type RegionGroup = {
  /** What each of them is. */
  readonly what: string;
  /** The country that they are parts of. */
  readonly within?: string;
  readonly lines: string;
};
