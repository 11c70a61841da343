import { defined } from "../../../domain/defined.ts";
import type { KnownUploads, OutputFacts, UploadFacts } from "../../../domain/documents/upload-facts.ts";
import { jobUrl, resultUrl } from "../../../domain/links.ts";
import type { SourceOfJob } from "../../../operations/uploads/read-uploads.ts";

/** Words what a job was given that this service has, for its page: uploads by name and size, outputs with the jobs that made them. */
export function knownUploads(sources: readonly SourceOfJob[], baseUrl: string): KnownUploads {
  return new Map(
    sources.map((source): readonly [string, UploadFacts | OutputFacts] => {
      if ("source" in source) {
        const { id: jobID, processId: processID } = source.source;
        const { outputId, name } = source;
        const page = `${jobUrl(baseUrl, jobID)}?f=html`;
        const look = `${resultUrl(baseUrl, jobID, outputId)}?f=html`;
        return [source.reference, { outputId, name, processID, jobID, page, look }];
      }
      const { id, name, mediaType, sizeBytes, sha256 } = source.file;
      const href = source.isReadable ? `${baseUrl}/vault/${encodeURIComponent(id)}` : undefined;
      const jobs = source.isReadable ? `${baseUrl}/jobs?f=html&q=${sha256}` : undefined;
      return [source.reference, { name, type: mediaType, length: sizeBytes, sha256, ...defined({ href, jobs }) }];
    }),
  );
}
