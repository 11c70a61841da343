/** Bytes as text, or what keeps them from being it. */
export type Decoded =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "unreadable"; readonly found: string; readonly wanted: string };

export type DecodeOptions = {
  /** As media types name it; UTF-8 when it is not known. */
  readonly charset?: string | undefined;
  /** A byte order mark is part of a user's file; of a document that is read here it is none. */
  readonly keepsMark?: boolean;
};

/** Takes the charset of a media type, in lower case; undefined when none is told. */
export function charsetOf(mediaType: string | null | undefined): string | undefined {
  const [, quoted, bare] = /;\s*charset\s*=\s*(?:"([^"]{1,64})"|([^\s;"]{1,64}))/i.exec(mediaType ?? "") ?? [];
  return (quoted ?? bare)?.trim().toLowerCase();
}

/** Gives a media type without its charset, for what was decoded. */
export function withoutCharset(mediaType: string): string {
  return mediaType.replace(/;\s*charset\s*=\s*(?:"[^"]*"|[^\s;"]*)/i, "").trim();
}

/** Tells whether a charset is UTF-8 or part of it. */
export function isUtf8(charset: string): boolean {
  return ["utf-8", "utf8", "us-ascii", "ascii"].includes(charset.toLowerCase());
}

/** Decodes bytes and puts nothing in the place of what cannot be read. */
export function decodeText(bytes: Uint8Array, { charset = "utf-8", keepsMark = false }: DecodeOptions = {}): Decoded {
  // ASCII is part of UTF-8; the runtime would take it for another superset.
  const label = isUtf8(charset) ? "utf-8" : charset;
  if (!isKnown(label)) return { kind: "unreadable", found: `charset "${charset}"`, wanted: "utf-8" };
  try {
    // The mark of UTF-16 says how to read what follows, and is no part of the text.
    const decoder = new TextDecoder(label, { fatal: true, ignoreBOM: keepsMark && label === "utf-8" });
    return { kind: "text", text: decoder.decode(bytes) };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const at = firstWrongByte(bytes, label);
    const byte = hexadecimal(bytes[at] ?? 0);
    return {
      kind: "unreadable",
      found: `the byte ${byte} at ${at}, which is not ${charset}${isUtf8(charset) ? markOf(bytes) : ""}`,
      wanted: `text in ${charset}`,
    };
  }
}

/** Names what a text begins as that is in another charset. */
function markOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return " but the mark of utf-16le";
  return first === 0xfe && second === 0xff ? " but the mark of utf-16be" : "";
}

function hexadecimal(byte: number): string {
  return `0x${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}

function isKnown(charset: string): charset is Bun.Encoding {
  try {
    return Reflect.construct(TextDecoder, [charset]) instanceof TextDecoder;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Finds the byte at which the first character begins that a charset does not have. */
function firstWrongByte(bytes: Uint8Array, charset: Bun.Encoding): number {
  const isRight = (end: number, isWhole: boolean) => {
    try {
      new TextDecoder(charset, { fatal: true }).decode(bytes.subarray(0, end), { stream: !isWhole });
      return true;
    } catch (error) {
      if (error instanceof TypeError) return false;
      throw error;
    }
  };
  let [right, wrong] = [0, bytes.length + 1];
  while (wrong - right > 1) {
    const middle = Math.floor((right + wrong) / 2);
    if (isRight(middle, false)) right = middle;
    else wrong = middle;
  }
  // The wrong byte may follow good ones of the same character.
  while (right > 0 && !isRight(right, true)) right -= 1;
  return right;
}
