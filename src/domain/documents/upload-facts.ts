/** What is known of an uploaded file that a job was given. */
export type UploadFacts = {
  readonly name: string;
  readonly type: string;
  /** In bytes. */
  readonly length: number;
  /** SHA-256 of its bytes, hexadecimal. */
  readonly sha256?: string;
  /** Where its bytes are, for who may have them. */
  readonly href?: string;
};

/** Uploaded files by the references that jobs have to them. */
export type KnownUploads = ReadonlyMap<string, UploadFacts>;
