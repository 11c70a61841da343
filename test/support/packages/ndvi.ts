import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import * as v from "valibot";
import { readStatus, type StatusDocument, submitWith, until } from "../jobs.ts";
import { type RunningServer, runExecutable } from "../servers/executable.ts";
import { type FileSite, fileSite } from "../servers/file-site.ts";

/** The example that takes a STAC item and gives a catalogue. */
export const ndviExample = join(import.meta.dir, "../../../examples/ndvi");

/** Serves the example below /ndvi as a web site does, its scene and its package. */
export async function ndviSite(): Promise<FileSite> {
  const entries = await readdir(ndviExample, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const contents = await Promise.all(
    files.map(async (path) => [`/ndvi/${relative(ndviExample, path)}`, new Uint8Array(await readFile(path))] as const),
  );
  return fileSite(Object.fromEntries(contents));
}

/** Makes a key of a server's data directory and gives the header that shows it. */
export async function keyHeaders(
  data: string,
  role: string,
  user: string,
): Promise<{ readonly authorization: string }> {
  const made = await runExecutable(["keys", "create", "--role", role, "--user", user, "--data", data, "--json"]);
  const { key } = v.parse(v.looseObject({ key: v.string() }), JSON.parse(made.out));
  return { authorization: `Bearer ${key}` };
}

const SharedSchema = v.looseObject({ href: v.string() });
const ResultsSchema = v.looseObject({
  ndvi: v.looseObject({ links: v.array(v.looseObject({ rel: v.string(), href: v.string() })) }),
});

/** What a share of the example's results leads to. */
export type SharedNdvi = { readonly jobId: string; readonly share: string; readonly catalog: string };

/**
 * Deploys the example by its URL on a service with keys, runs it over the item of its scene as a signed-in user, and shares the results.
 */
export async function shareNdvi(server: Pick<RunningServer, "url">, data: string, site: FileSite): Promise<SharedNdvi> {
  const deployer = await keyHeaders(data, "deployer", "dora");
  const user = await keyHeaders(data, "runner", "rita");
  const type = { "content-type": "application/json" };
  const unit = { href: `${site.url}/ndvi/ndvi.cwl`, type: "application/cwl" };
  const body = JSON.stringify({ executionUnit: unit });
  const deployed = await fetch(`${server.url}/processes`, { method: "POST", headers: { ...type, ...deployer }, body });
  if (deployed.status !== 201) throw new Error(`Cannot deploy: ${deployed.status} ${await deployed.text()}`);
  const scene = { href: `${site.url}/ndvi/scene/S2-sample/S2-sample.json`, assets: ["red", "nir"] };
  const jobId = await submitWith(server.url, "ndvi", { inputs: { scene } }, user);
  let last: StatusDocument | undefined;
  await until("the example ends", async () => {
    last = await readStatus(await fetch(`${server.url}/jobs/${jobId}`, { headers: user }));
    return ["successful", "failed", "dismissed"].includes(last.status);
  });
  if (last?.status !== "successful") throw new Error(`Cannot run the example: ${JSON.stringify(last)}`);
  const answer = await fetch(`${server.url}/jobs/${jobId}/share`, { method: "POST", headers: user });
  const { href } = v.parse(SharedSchema, await answer.json());
  const { ndvi } = v.parse(ResultsSchema, await (await fetch(href)).json());
  return { jobId, share: href, catalog: ndvi.links.find(({ rel }) => rel === "item")?.href ?? "" };
}
