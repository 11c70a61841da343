import { defined } from "../../domain/defined.ts";
import { resultUrl } from "../../domain/links.ts";
import type { Principal } from "../../domain/people/access.ts";
import { Problem } from "../../domain/problem.ts";
import { mapParts } from "../../domain/values/inner-files.ts";
import { type OwnLink, type OwnPlaces, readOwnLink } from "../../domain/values/own-links.ts";
import { type Inputs, isItemList, itemsOf, type PublishedOutput, type Result } from "../../domain/values/values.ts";
import type { Layout } from "../../files/layout.ts";
import type { Database } from "../../store/database/database.ts";
import { findOutputDirectory } from "../results/read-directory.ts";
import { findOutputJob, openOutputPath, resultsWithValues } from "../results/read-results.ts";
import { linksOf } from "../uploads/references.ts";

type OwnReferenceDeps = { readonly database: Database; readonly layout: Layout };

type ResultLink = Exclude<OwnLink, { kind: "upload" }>;

/** Inputs whose links to this service are known, and what was wanted in the place of those that lead nowhere. */
type OwnReferences = { readonly inputs: Inputs; readonly wrong: ReadonlyMap<string, string> };

/** So many different addresses of this service are looked up; more are asked as those of any other. */
const maxLooked = 1000;

/** One sentence for every reason: nobody learns which results of others exist. */
const noResult = "a result that is still kept, of a job that you may read";

/**
 * Finds the addresses of this service among the links of inputs: those of uploads become references to them, and those of results
 * get what they lead to, for who may read it. `takesOutputs` is false for who fetches results itself.
 */
export async function findOwnReferences(
  deps: OwnReferenceDeps,
  inputs: Inputs,
  { principal, places, takesOutputs }: { principal: Principal; places: OwnPlaces; takesOutputs: boolean },
): Promise<OwnReferences> {
  const addresses = new Map<string, string>();
  const outputs = new Map<string, PublishedOutput>();
  const wrong = new Map<string, string>();
  const hrefs = new Set(
    Object.values(inputs)
      .flatMap((given) => itemsOf(given).flatMap(linksOf))
      .map(({ href }) => href),
  );
  for (const href of [...hrefs].slice(0, maxLooked)) {
    const link = readOwnLink(href, places);
    if (link?.kind === "upload") addresses.set(href, link.reference);
    else if (link !== undefined && takesOutputs) {
      const found = await lookUp(deps, principal, link);
      if (found === "none") wrong.set(href, noResult);
      else if (found !== "other") {
        outputs.set(href, found);
        if (href.trim().startsWith("/")) addresses.set(href, addressOf(link, places));
      }
    }
  }
  if (addresses.size === 0 && outputs.size === 0) return { inputs, wrong };
  const entries = Object.entries(inputs).map(([inputId, given]) => {
    const items = itemsOf(given).map((item) =>
      mapParts(item, (part) => {
        if (part.kind !== "reference") return part;
        const { href } = part;
        return { ...part, href: addresses.get(href) ?? href, ...defined({ output: outputs.get(href) }) };
      }),
    );
    const [only] = items;
    return [inputId, isItemList(given) || only === undefined ? items : only] as const;
  });
  return { inputs: Object.fromEntries(entries), wrong };
}

/** So many addresses of a form are looked up before it is shown. */
const maxNamed = 50;

/**
 * Finds which addresses of this service lead to a result that the caller may read; undefined for one that leads to none, or to none
 * for him. Of other addresses, and of results that are no single file or directory, nothing is said.
 */
export async function findNamedOutputs(
  deps: OwnReferenceDeps,
  principal: Principal,
  { hrefs, places }: { readonly hrefs: readonly string[]; readonly places: OwnPlaces },
): Promise<ReadonlyMap<string, PublishedOutput | undefined>> {
  const named = new Map<string, PublishedOutput | undefined>();
  for (const href of [...new Set(hrefs)].slice(0, maxNamed)) {
    const link = readOwnLink(href, places);
    if (link === undefined || link.kind === "upload") continue;
    const found = await lookUp(deps, principal, link);
    if (found !== "other") named.set(href, found === "none" ? undefined : found);
  }
  return named;
}

/** A path alone says nothing to who reads the job later. */
function addressOf(link: ResultLink, { sites: [site = ""], outputsPath = "" }: OwnPlaces): string {
  if (link.kind === "result") return resultUrl(site, link.jobId, link.outputId);
  return [site + outputsPath, ...link.path.map(encodeURIComponent)].join("/");
}

/** Finds what a link to a result leads to; `other` for what is no single file or directory. */
async function lookUp(
  deps: OwnReferenceDeps,
  principal: Principal,
  link: ResultLink,
): Promise<PublishedOutput | "none" | "other"> {
  try {
    if (link.kind === "output") return await publishedAt(deps, principal, link.path);
    const job = await findOutputJob(deps, principal, [link.jobId]);
    if (job.status !== "successful") return "none";
    const results = await resultsWithValues(deps, job.id);
    const result = Object.hasOwn(results, link.outputId) ? results[link.outputId] : undefined;
    const path = result === undefined ? undefined : pathOf(result);
    if (path === undefined) return result === undefined ? "none" : "other";
    return await publishedAt(deps, principal, path);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return "none";
  }
}

function pathOf(result: Result): readonly string[] | undefined {
  if (result.kind !== "file" && result.kind !== "directory") return undefined;
  const isHere = result.reference.startsWith("/");
  return isHere
    ? result.reference
        .split("/")
        .filter((part) => part !== "")
        .map(decodeURIComponent)
    : undefined;
}

async function publishedAt(
  deps: OwnReferenceDeps,
  principal: Principal,
  path: readonly string[],
): Promise<PublishedOutput> {
  const directory = await findOutputDirectory(deps, principal, path);
  if (directory !== undefined) return { path: path.join("/"), isDirectory: true };
  const { mediaType } = await openOutputPath(deps, principal, path);
  return { path: path.join("/"), isDirectory: false, mediaType };
}
