import { Problem } from "../../domain/problem.ts";
import { type Json, parseExact } from "../../domain/values/json.ts";
import { sleep } from "../../domain/waiting/timers.ts";
import { type Io, Unreachable } from "../command.ts";
import type { Client } from "./client.ts";

/** From so many bytes on a file is sent in parts: an upload that breaks off goes on from where it was. */
export const partsFromBytes = 16 * 2 ** 20;

/** As many tries in a row may bring nothing further; with growing pauses that is some minutes, in which a service can start again. */
const maxTries = 20;
const longestPauseMilliseconds = 10_000;
const version = { "tus-resumable": "1.0.0" };

/** A file to send. */
export type LargeFile = { readonly name: string; readonly body: Blob; readonly type: string };

/**
 * Uploads a large file (tus 1.0), through broken connections and restarts of the service. Gives what the service answered at the
 * beginning; undefined when it does not take parts. Throws Unreachable, or the Problem that it answered.
 */
export async function uploadInParts(client: Client, io: Io, file: LargeFile): Promise<Json | undefined> {
  const metadata = { filename: file.name, ...(file.type === "" ? {} : { filetype: file.type }) };
  const pairs = Object.entries(metadata).map(([key, value]) => `${key} ${Buffer.from(value).toString("base64")}`);
  const begun = await client.send("POST", "/vault", {
    headers: { ...version, "upload-length": String(file.body.size), "upload-metadata": pairs.join(",") },
  });
  const location = begun.headers.get("location");
  if (!begun.headers.has("tus-resumable") || location === null) {
    await begun.body?.cancel();
    return undefined;
  }
  await sendParts({ client, io, location }, file.body);
  return parseExact(await begun.text());
}

type Upload = { readonly client: Client; readonly io: Io; readonly location: string };

async function sendParts({ client, io, location }: Upload, body: Blob): Promise<void> {
  let [offset, tries] = [0, 0];
  while (offset < body.size) {
    const before = offset;
    try {
      // After a break only the service knows how far it has come.
      if (tries > 0) offset = offsetOf(await client.send("HEAD", location, { headers: version }));
      if (offset < body.size) offset = offsetOf(await sendFrom({ client, io, location }, body, offset));
    } catch (error) {
      if (!mayPass(error) || tries >= maxTries) throw error;
      if (tries === 0) io.talk("The upload broke off, and goes on from where it was\n");
      await sleep(Math.min(longestPauseMilliseconds, 100 * 2 ** tries), { signal: io.signal });
    }
    tries = offset > before ? 1 : tries + 1;
  }
}

function sendFrom({ client, location }: Upload, body: Blob, offset: number): Promise<Response> {
  const headers = { ...version, "upload-offset": String(offset), "content-type": "application/offset+octet-stream" };
  return client.send("PATCH", location, { headers, body: body.slice(offset) });
}

/** The service is away or busy, or still holds the part that broke off. */
function mayPass(error: unknown): boolean {
  if (error instanceof Unreachable) return true;
  return error instanceof Problem && ["conflict", "unavailable", "too-many-requests", "internal"].includes(error.kind);
}

function offsetOf(response: Response): number {
  const text = response.headers.get("upload-offset") ?? "";
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new Problem("remote-failure", `Cannot upload: found Upload-Offset "${text}", wanted a number of bytes`);
}
