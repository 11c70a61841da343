// Tries the OGC API client of @camptocamp/ogc-client with our executable: node ogc_client_api.mjs URL DIRECTORY
// DIRECTORY is the one whose node_modules holds the client.
import assert from "node:assert/strict";
import { check, load } from "./checks.mjs";

const [url, directory] = process.argv.slice(2);
const { OgcApiEndpoint } = await load("@camptocamp/ogc-client", directory);

const endpoint = new OgcApiEndpoint(url);

await check("the landing page tells title and description", async () => {
  const { title, description } = await endpoint.info;
  assert.equal(title, (await (await fetch(url)).json()).title);
  assert.equal(typeof description, "string");
});

await check("the conformance classes are found through the landing page", async () => {
  const classes = await endpoint.conformanceClasses;
  assert.ok(classes.includes("http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/core"));
});

await check("a server without collections is read as one", async () => {
  assert.deepEqual([await endpoint.hasFeatures, await endpoint.hasRecords], [false, false]);
});
