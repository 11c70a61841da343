import { basename } from "node:path";
import * as v from "valibot";
import type { Json } from "../../domain/values/json.ts";
import { type Io, UsageError } from "../command.ts";
import type { Client } from "./client.ts";
import { type LargeFile, partsFromBytes, uploadInParts } from "./upload-parts.ts";

const UploadSchema = v.looseObject({ id: v.string(), token: v.string() });

/** A file that lies at a service: its id, what lets somebody read it, its media type, and all that the service said. */
export type UploadedFile = {
  readonly id: string;
  readonly token: string;
  /** Empty when it is not known. */
  readonly type: string;
  readonly document: Json;
};

/** Uploads a file (`-` is stdin), a large one in parts. Throws UsageError for what cannot be read, and the Problem of the service. */
export async function uploadFile(
  { client, io }: { readonly client: Client; readonly io: Io },
  path: string,
): Promise<UploadedFile> {
  const file = await readUpload(path);
  const inParts = file.body.size < partsFromBytes ? undefined : await uploadInParts(client, io, file);
  const document = inParts ?? (await uploadWhole(client, file));
  const { id, token } = v.parse(UploadSchema, document);
  io.talk(`uploaded ${path === "-" ? "stdin" : path} (${file.body.size} bytes)\n`);
  return { id, token, type: file.type, document };
}

function uploadWhole(client: Client, { name, body, type }: LargeFile): Promise<Json> {
  return client.json("POST", "/vault", {
    headers: {
      "content-type": type || "application/octet-stream",
      "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
    },
    body,
  });
}

async function readUpload(path: string): Promise<LargeFile> {
  if (path === "-") return { name: "stdin", body: await new Response(Bun.stdin.stream()).blob(), type: "" };
  const file = Bun.file(path);
  let isFile = false;
  try {
    isFile = (await file.stat()).isFile();
  } catch (cause) {
    throw new UsageError(`Cannot upload "${path}": found no file that can be read, wanted one`, { cause });
  }
  if (!isFile) throw new UsageError(`Cannot upload "${path}": found a directory or device, wanted a file`);
  return { name: basename(path), body: file, type: file.type };
}
