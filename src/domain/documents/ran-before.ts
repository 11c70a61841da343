/** An earlier successful job of the same person, with the same version and inputs as a request that was only checked. */
export type RanBefore = {
  readonly id: string;
  /** The URL of its status. */
  readonly href: string;
  /** When it ended (RFC 3339). */
  readonly finished: string;
};
