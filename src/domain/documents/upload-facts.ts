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
  /** The page of the jobs that read or made such a file, for who may have its bytes. */
  readonly jobs?: string;
};

/** What is known of an output of another job that a job was given. */
export type OutputFacts = {
  readonly outputId: string;
  /** The file or directory. */
  readonly name: string;
  readonly processID: string;
  readonly jobID: string;
  /** The page of that job. */
  readonly page: string;
  /** The page that shows the output. */
  readonly look: string;
};

/** Uploaded files, and outputs of other jobs, by the references that jobs have to them. */
export type KnownUploads = ReadonlyMap<string, UploadFacts | OutputFacts>;
