/** Where a packed document keeps what its `$schemas` say: the formats that a format is a kind of. */
export const broaderFormatsName = "$broaderFormats";
