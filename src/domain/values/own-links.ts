import { withoutEndSlashes } from "../words/text.ts";

/** Where a client finds this service. */
export type OwnPlaces = {
  /** What its addresses begin with, as the client knows them; no slash at the end. */
  readonly sites: readonly string[];
  /** The path below each that serves published outputs. */
  readonly outputsPath?: string;
  /** The URL that serves them, where that is another. */
  readonly outputsUrl?: string;
};

/** What an address of this service leads to. */
export type OwnLink =
  | { readonly kind: "upload"; readonly reference: string }
  /** A published file or directory, by the parts of its path below the output directory. */
  | { readonly kind: "output"; readonly path: readonly string[] }
  | { readonly kind: "result"; readonly jobId: string; readonly outputId: string };

const uuid = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const uploadPath = new RegExp(`^/vault/(${uuid})(?:/([A-Za-z0-9]{1,128}))?/?$`, "i");
const resultPath = new RegExp(`^/jobs/(${uuid})/results/([^/]+)/?$`, "i");
const outputPath = new RegExp(`^/${uuid}/[^/]+/`, "i");

/**
 * Reads an address as a link to an upload or a result of this service, whatever stands behind `?` or `#`; undefined for any other
 * address. Nothing says that what it names is there.
 */
export function readOwnLink(href: string, places: OwnPlaces): OwnLink | undefined {
  const text = href.trim();
  const { sites, outputsPath, outputsUrl } = places;
  const [first = "http://localhost"] = sites;
  const isPath = text.startsWith("/") && !text.startsWith("//");
  const url = isPath || /^https?:\/\//i.test(text) ? URL.parse(text, first) : null;
  if (url === null) return undefined;
  const ofOutputs = belowOutputs(url, outputsUrl);
  if (ofOutputs !== undefined) return outputOf(ofOutputs, url);
  if (!isPath && !sites.some((site) => isSameSite(new URL(site), url))) return undefined;
  // A proxy may serve the service below a path that not everybody copies.
  const prefixes = sites.map((site) => withoutEndSlashes(new URL(site).pathname));
  const prefix = prefixes.find((one) => one !== "" && url.pathname.startsWith(`${one}/`)) ?? "";
  const path = url.pathname.slice(prefix.length);
  const [, id, token] = uploadPath.exec(path) ?? [];
  if (id !== undefined) return { kind: "upload", reference: `vault://${id}${token === undefined ? "" : `/${token}`}` };
  const [, jobId, output] = resultPath.exec(path) ?? [];
  const outputId = output === undefined ? undefined : decoded(output);
  if (jobId !== undefined && outputId !== undefined) return { kind: "result", jobId, outputId };
  const top = withoutEndSlashes(outputsPath ?? "");
  return top !== "" && path.startsWith(`${top}/`) ? outputOf(path.slice(top.length), url) : undefined;
}

function belowOutputs(url: URL, outputsUrl: string | undefined): string | undefined {
  if (outputsUrl === undefined || !URL.canParse(outputsUrl)) return undefined;
  const top = new URL(outputsUrl);
  const path = withoutEndSlashes(top.pathname);
  return top.origin === url.origin && url.pathname.startsWith(`${path}/`) ? url.pathname.slice(path.length) : undefined;
}

/** A directory as an archive is another thing than the directory. */
function outputOf(path: string, { searchParams }: URL): OwnLink | undefined {
  if (!outputPath.test(path) || searchParams.get("f") === "zip") return undefined;
  const parts = withoutEndSlashes(path).slice(1).split("/").map(decoded);
  const known = parts.filter((part) => part !== undefined && part !== "" && !/[/\0]/.test(part));
  return known.length === parts.length ? { kind: "output", path: known.map(String) } : undefined;
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

function isSameSite(site: URL, url: URL): boolean {
  if (site.host === url.host) return true;
  return loopback.test(site.hostname) && loopback.test(url.hostname) && site.port === url.port;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // Broken escapes name nothing.
    return undefined;
  }
}
