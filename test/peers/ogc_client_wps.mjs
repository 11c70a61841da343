// Tries the WPS client of @camptocamp/ogc-client with our executable: node ogc_client_wps.mjs URL DIRECTORY
// DIRECTORY is the one whose node_modules holds the client.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { check, load } from "./checks.mjs";

const [url, directory] = process.argv.slice(2);
const { WpsEndpoint } = await load("@camptocamp/ogc-client", directory);

const endpoint = await new WpsEndpoint(`${url}/wps`).isReady();
const content = (response, id) => response.outputs.find((one) => one.identifier === id)?.data?.content;

await check("GetCapabilities: version, service, processes and operations", async () => {
  assert.equal(endpoint.getVersion(), "1.0.0");
  assert.equal(endpoint.getServiceInfo().name, "WPS");
  assert.equal(endpoint.getProcessSummary("echo")?.identifier, "echo");
  assert.ok(endpoint.getOperationUrl("Execute", "Post").startsWith(url));
});

await check("DescribeProcess: types, occurrences, allowed values, formats and reference systems", async () => {
  const described = await endpoint.describeProcess("echo");
  const input = (id) => described.inputs.find((one) => one.identifier === id);
  assert.deepEqual([described.statusSupported, described.storeSupported], [true, true]);
  assert.deepEqual([input("text").type, input("text").minOccurs, input("text").maxOccurs], ["literal", 1, 1]);
  assert.deepEqual(input("choice").literalData.allowedValues, ["red", "green", "blue"]);
  assert.ok(input("mixed").complexData.supported.some((one) => one.mimeType === "application/geo+json"));
  assert.notEqual(input("bbox").boundingBoxData.defaultCrs, "");
});

await check("a synchronous execution gives literals, complex data and a bounding box", async () => {
  const response = await endpoint.execute("echo", {
    inputs: [
      { identifier: "text", literalValue: "one & <two>" },
      { identifier: "mixed", complexValue: { mimeType: "application/geo+json", content: '{"a": "]]> <b>"}' } },
      { identifier: "bbox", boundingBoxValue: { crs: "urn:ogc:def:crs:OGC:1.3:CRS84", bbox: [1, 2, 3, 4] } },
    ],
    outputs: [{ identifier: "text" }, { identifier: "mixed" }, { identifier: "bbox" }],
  });
  assert.equal(response.status, "succeeded");
  assert.equal(content(response, "text"), "one & <two>");
  assert.deepEqual(JSON.parse(content(response, "mixed")), { a: "]]> <b>" });
  // The client reads the text of an element, not of those inside it.
  assert.ok(response.outputs.some((one) => one.identifier === "bbox"));
});

await check("an asynchronous execution is polled at its status location to its end", async () => {
  const options = { storeExecuteResponse: true, status: true };
  const inputs = [
    { identifier: "text", literalValue: "later" },
    { identifier: "pause", literalValue: "1" },
  ];
  let response = await endpoint.execute("echo", { ...options, inputs, outputs: [{ identifier: "text" }] });
  assert.ok(response.statusLocation.startsWith(`${url}/outputs/`));
  for (let look = 0; look < 100 && response.status !== "succeeded"; look += 1) {
    await sleep(100);
    response = await endpoint.getStatus(response.statusLocation);
  }
  assert.equal(content(response, "text"), "later");
});

await check("an output by reference is found at its address", async () => {
  const response = await endpoint.execute("echo", {
    inputs: [{ identifier: "text", literalValue: "linked" }],
    outputs: [{ identifier: "text", asReference: true }],
  });
  const { reference, data } = response.outputs[0];
  assert.equal(reference === undefined ? data.content : await (await fetch(reference.href)).text(), "linked");
});

await check("a faulty input is an exception that names it", async () => {
  const inputs = [
    { identifier: "text", literalValue: "x" },
    { identifier: "number", literalValue: "many" },
  ];
  await assert.rejects(endpoint.execute("echo", { inputs, outputs: [{ identifier: "number" }] }), /number/);
});
