import { createHash } from "node:crypto";
import { basename } from "node:path";
import type { FindDeployed } from "../../cwl/document/deployed-process.ts";
import { maxYamlValues, type Source } from "../../cwl/document/load/source.ts";
import { type PackedSource, packSource } from "../../cwl/document/pack/pack.ts";
import { isOnWeb, MissingFile, type ReadPackageFile } from "../../cwl/document/pack/pack-files.ts";
import { defined } from "../../domain/defined.ts";
import { Problem } from "../../domain/problem.ts";
import type { SourceDigest } from "../../domain/processes/process.ts";
import { charsetOf, decodeText } from "../../domain/values/charset.ts";
import type { JsonObject } from "../../domain/values/json.ts";
import { essenceOf } from "../../domain/values/media-type.ts";
import { timeLimit } from "../../domain/waiting/timers.ts";
import { type Gate, type OutboundAnswer, PassingProblem, readAnswer } from "../../net/fetch.ts";
import { placeOf, sample } from "../../net/remote/remote-documents.ts";
import { isPassingStatus } from "../../net/retry-after.ts";
import { type Tries, tryAgain } from "../../net/try-again.ts";
import { cwlMediaTypes } from "./execution-units.ts";

export type FetchPackageDeps = {
  readonly gate: Gate;
  readonly settings: { readonly maxDocumentBytes: number };
  readonly tries?: Tries;
  /** Finds the deployed processes that steps name; none are looked for when absent. */
  readonly findDeployed?: FindDeployed;
};

/** A package of the web, packed into one document, with what was fetched for it. */
export type FetchedPackage = PackedSource & { readonly sources: readonly SourceDigest[]; readonly name: string };

const maxFiles = 100;
/** Somebody waits for the end of a deployment. */
const maxMilliseconds = 30_000;

/**
 * Fetches a CWL document with all that it runs, imports and includes, and packs it. Each file is fetched once, and asked for
 * again at the end when there are several: a package that changes meanwhile would be half an old and half a new one. Throws
 * `unprocessable-content` when the document cannot be had, `invalid-parameter-value` for what is wrong in it, `conflict` when
 * it changed.
 */
export async function fetchPackage(
  deps: FetchPackageDeps,
  link: { readonly href: string; readonly pointer: string },
): Promise<FetchedPackage> {
  const signal = timeLimit(maxMilliseconds);
  const web = createWebFiles({ ...deps, tries: { ...deps.tries, signal } });
  const href = withoutFragment(link.href);
  const first = await wording(link.pointer, () => web.read(href, "document"));
  const packed = await packSource(first.url, web.readFile, {
    maxValues: maxYamlValues,
    embedFile: web.embedFile,
    ...defined({ findDeployed: deps.findDeployed }),
  });
  await wording(link.pointer, () => web.requireUnchanged());
  return { ...packed, sources: web.sources(), name: basename(new URL(first.url).pathname) };
}

/** Where a document without files stands while it is packed: nothing of this name is on disk. */
const inlinePath = "/package/main.cwl";

/**
 * Packs a document that came without other files: its steps may run files of the web, which are fetched as those of a
 * package are, and processes that are deployed. Throws as `fetchPackage` does.
 */
export async function packInline(deps: FetchPackageDeps, source: Source): Promise<Omit<FetchedPackage, "name">> {
  const signal = timeLimit(maxMilliseconds);
  const web = createWebFiles({ ...deps, tries: { ...deps.tries, signal } });
  const readFile: ReadPackageFile = async (path, kind) => {
    if (!isOnWeb(path)) throw new MissingFile("the body has no other files");
    return web.readFile(path, kind);
  };
  const packed = await packSource(inlinePath, readFile, {
    maxValues: maxYamlValues,
    embedFile: async (path, kind) => {
      if (!isOnWeb(path)) throw new MissingFile("the body has no other files");
      return web.embedFile(path, kind);
    },
    readsWeb: true,
    sources: new Map([[inlinePath, source]]),
    ...defined({ findDeployed: deps.findDeployed }),
  });
  await wording(source.locate([]), () => web.requireUnchanged());
  return { ...packed, sources: web.sources() };
}

function withoutFragment(href: string): string {
  const url = new URL(href);
  url.hash = "";
  return url.href;
}

/** What went wrong at another server is told with the place of the link. */
async function wording<Value>(pointer: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof Problem) || cause.kind !== "remote-failure") throw cause;
    const faults = [{ pointer, detail: cause.message }];
    throw new Problem("unprocessable-content", `Cannot deploy process: ${pointer}: ${cause.message}`, {
      cause,
      faults,
    });
  }
}

type WebFile = { readonly url: string; readonly text: string; readonly sha256: string; readonly etag: string | null };

function createWebFiles(deps: FetchPackageDeps & { readonly tries: Tries }) {
  const files = new Map<string, Promise<WebFile>>();
  const known: (WebFile & { readonly asked: string })[] = [];
  const left = { bytes: deps.settings.maxDocumentBytes };
  const read = (asked: string, kind: "document" | "text"): Promise<WebFile> => {
    const before = files.get(asked);
    if (before !== undefined) return before;
    if (files.size >= maxFiles) throw new Error(`found more than ${maxFiles} files, wanted fewer`);
    const file = fetchFile(deps, asked, { kind, left }).then((one) => {
      known.push({ ...one, asked });
      files.set(one.url, Promise.resolve(one));
      return one;
    });
    files.set(asked, file);
    return file;
  };
  // Packing adds the place of the reference to what it is told.
  const readFile: ReadPackageFile = async (path, kind) => {
    try {
      return (await read(path, kind)).text;
    } catch (cause) {
      if (cause instanceof AbsentFile) throw new MissingFile(cause.message, { cause });
      if (cause instanceof Problem && cause.kind === "remote-failure") throw new Error(cause.message, { cause });
      throw cause;
    }
  };
  return {
    read,
    readFile,
    async embedFile(path: string, kind: "File" | "Directory"): Promise<JsonObject> {
      if (kind === "Directory" || !isOnWeb(path)) throw new Error("found a directory, wanted a file");
      return { class: "File", basename: basename(new URL(path).pathname), contents: await readFile(path, "text") };
    },
    sources: (): readonly SourceDigest[] =>
      known.map(({ url, sha256 }) => ({ href: placeOf(url), digest: `sha256:${sha256}` })),
    async requireUnchanged(): Promise<void> {
      if (known.length < 2) return;
      for (const { asked, sha256, etag } of known) {
        const again = await ask(deps, asked, etag === null ? {} : { "if-none-match": etag });
        if (again.status === 304 || digestOf(again.bytes) === sha256) continue;
        const found = `found that "${placeOf(asked)}" changed while the files of its package were read`;
        throw new Problem(
          "conflict",
          `Cannot deploy process: ${found}, wanted a package that stays as it is meanwhile`,
        );
      }
    },
  };
}

/** A server says that it has no such file. */
class AbsentFile extends Problem {}

async function fetchFile(
  deps: FetchPackageDeps & { readonly tries: Tries },
  asked: string,
  { kind, left }: { readonly kind: "document" | "text"; readonly left: { bytes: number } },
): Promise<WebFile> {
  const { url, status, headers, bytes } = await ask(deps, asked, {});
  const refuse = (found: string, wanted: string) =>
    new Problem("remote-failure", `Cannot read "${placeOf(url)}": found ${found}, wanted ${wanted}`);
  if (status === 404 || status === 410)
    throw new AbsentFile("remote-failure", refuse(`status ${status}`, "200").message);
  if (status !== 200) throw refuse(`status ${status}`, "200");
  left.bytes -= bytes.byteLength;
  if (left.bytes < 0) {
    throw refuse(`a package of more than ${deps.settings.maxDocumentBytes} bytes`, "at most that");
  }
  const type = headers.get("content-type");
  const decoded = decodeText(bytes, { charset: charsetOf(type) });
  if (decoded.kind === "unreadable") throw refuse(decoded.found, decoded.wanted);
  const { text } = decoded;
  if (kind === "document") {
    const start = sample(text);
    if (start === "an HTML page" || start === "nothing") throw refuse(start, "a CWL document");
    if (!mayBeCwl(type)) throw refuse(`Content-Type "${type}"`, `a CWL document (${cwlMediaTypes.join(", ")})`);
  }
  return { url, text, sha256: digestOf(bytes), etag: headers.get("etag") };
}

type Asked = Pick<OutboundAnswer, "url" | "status" | "headers"> & { readonly bytes: Uint8Array };

function ask(
  { gate, settings, tries }: FetchPackageDeps & { readonly tries: Tries },
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<Asked> {
  return tryAgain(tries, async (signal) => {
    const answer = await gate.send({
      url,
      headers: { accept: `${cwlMediaTypes.join(", ")}, */*;q=0.5`, ...headers },
      signal,
    });
    if (isPassingStatus(answer.status)) {
      answer.close();
      throw new PassingProblem(
        "remote-failure",
        `Cannot read "${placeOf(url)}": found status ${answer.status}, wanted 200`,
      );
    }
    const bytes = await readAnswer(answer, settings.maxDocumentBytes);
    return { url: answer.url, status: answer.status, headers: answer.headers, bytes };
  });
}

/** Servers of files that know no CWL say that it is text, or nothing. */
function mayBeCwl(type: string | null): boolean {
  const essence = essenceOf(type ?? "");
  return (
    ["", "application/octet-stream", "binary/octet-stream", "text/plain"].includes(essence) ||
    cwlMediaTypes.includes(essence) ||
    /\+(json|yaml)$/.test(essence)
  );
}

function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
