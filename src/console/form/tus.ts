import { rest } from "../shared/rest.ts";
import { pathOf } from "./addresses.ts";

const partBytes = 4 * 1024 * 1024;
/** So often in a row a part may fail, each time with a longer rest before. */
const mostFailures = 6;
const restMilliseconds = 500;
const version = { "tus-resumable": "1.0.0" };

/** Who is told how far an upload has come, and may stop it. */
type Told = { readonly signal: AbortSignal; at(bytes: number): void };

/**
 * Uploads a file in parts (tus 1.0), and goes on where it broke off. Returns the reference that an input takes for it. Throws
 * an Error for people when the service refuses it, cannot be reached, or when it is stopped.
 */
export async function uploadFile(uploadUrl: string, file: File, told: Told): Promise<string> {
  const metadata = [`filename ${base64(file.name)}`, ...(file.type === "" ? [] : [`filetype ${base64(file.type)}`])];
  const begun = await fetch(pathOf(uploadUrl), {
    method: "POST",
    headers: { ...version, "upload-length": String(file.size), "upload-metadata": metadata.join(",") },
    signal: told.signal,
  });
  if (!begun.ok) throw new Error(await refusalOf(begun));
  const { href } = await begun.json();
  const place = pathOf(begun.headers.get("location") ?? "");
  let offset = 0;
  let failures = 0;
  while (offset < file.size) {
    const reached = await sendPart(place, file, offset, told);
    if (told.signal.aborted) throw new Error("The upload was stopped.");
    failures = reached === undefined ? failures + 1 : 0;
    if (failures > mostFailures) throw new Error("The server cannot be reached.");
    if (reached === undefined) await rest(restMilliseconds * failures);
    offset = reached ?? (await offsetOf(place)) ?? offset;
    told.at(offset);
  }
  return String(href);
}

/** Sends the next part; gives how far the file has come, or nothing when the way broke. Throws for a refusal. */
function sendPart(place: string, file: File, offset: number, told: Told): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    // Of what is on the way only this tells.
    const request = new XMLHttpRequest();
    request.open("PATCH", place);
    for (const [name, value] of Object.entries(version)) request.setRequestHeader(name, value);
    request.setRequestHeader("content-type", "application/offset+octet-stream");
    request.setRequestHeader("upload-offset", String(offset));
    request.upload.addEventListener("progress", ({ loaded }) => told.at(offset + loaded));
    request.addEventListener("load", () => {
      if (request.status === 204) resolve(Number(request.getResponseHeader("upload-offset")));
      else if (request.status >= 500 || [409, 423, 429].includes(request.status)) resolve(undefined);
      else reject(new Error(`The server refused the file (${request.status}).`));
    });
    request.addEventListener("error", () => resolve(undefined));
    request.addEventListener("abort", () => resolve(undefined));
    told.signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file.slice(offset, offset + partBytes));
  });
}

async function offsetOf(place: string): Promise<number | undefined> {
  try {
    const response = await fetch(place, { method: "HEAD", headers: version });
    const offset = response.headers.get("upload-offset");
    return response.ok && offset !== null ? Number(offset) : undefined;
  } catch {
    // Not reachable yet: the next part tells.
    return undefined;
  }
}

async function refusalOf(response: Response): Promise<string> {
  const { detail } = await response.json().catch(() => ({}));
  return typeof detail === "string" ? detail : `The server refused the file (${response.status}).`;
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
