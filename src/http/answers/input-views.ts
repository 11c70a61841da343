import { defined } from "../../domain/defined.ts";
import type { KnownUploads } from "../../domain/documents/upload-facts.ts";
import type { UploadOfJob } from "../../operations/read-uploads.ts";

/** Words the uploads of a job for its page: by name and size, with their addresses for who may read them. */
export function knownUploads(uploads: readonly UploadOfJob[], baseUrl: string): KnownUploads {
  return new Map(
    uploads.map(({ reference, file: { id, name, mediaType, sizeBytes, sha256 }, isReadable }) => {
      const href = isReadable ? `${baseUrl}/vault/${encodeURIComponent(id)}` : undefined;
      return [reference, { name, type: mediaType, length: sizeBytes, sha256, ...defined({ href }) }] as const;
    }),
  );
}
