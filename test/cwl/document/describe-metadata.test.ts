import { describe, expect, test } from "bun:test";
import { describeDocument } from "../../../src/cwl/document/describe.ts";
import { loadText } from "../../../src/cwl/document/load/load.ts";
import { packDocument } from "../../../src/cwl/document/pack/pack.ts";

const tool = `class: CommandLineTool
baseCommand: "true"
inputs: []
outputs: []
`;

function describedBy(head: string, body = tool) {
  const { version, keywords, metadata } = describeDocument(loadText(`cwlVersion: v1.2\n${head}\n${body}`, "x.cwl").cwl);
  return { version, keywords, metadata };
}

const said = `s:softwareVersion: 1.4.0
s:keywords: ndvi, vegetation
s:author:
  - class: s:Person
    s:name: Ada
    s:email: mailto:ada@example.org
  - s:name: Bob
    s:identifier: https://orcid.org/0000-0001
s:contributor: Cy
s:license: https://spdx.org/licenses/Apache-2.0
s:codeRepository: {s:url: https://example.org/code, class: s:SoftwareSourceCode}
`;
const described = {
  version: "1.4.0",
  keywords: ["ndvi", "vegetation"],
  metadata: [
    { role: "author", title: "Ada", href: "mailto:ada@example.org" },
    { role: "author", title: "Bob", href: "https://orcid.org/0000-0001" },
    { role: "contributor", title: "Cy" },
    { role: "license", title: "License", href: "https://spdx.org/licenses/Apache-2.0" },
    { role: "codeRepository", title: "Source code", href: "https://example.org/code" },
  ],
};

test("somebody is told by name, organisation, page and mail address, and so are several", () => {
  const head = `$namespaces: {s: https://schema.org/}
s:author:
  - {class: s:Person, s:name: Ada, s:email: ada@example.org, s:identifier: https://orcid.org/0000-0001}
  - {s:givenName: Bob, s:familyName: Bo, s:affiliation: {class: s:Organization, s:name: Institute}}
  - {s:name: Cy, s:worksFor: [City, Land]}
s:publisher: {class: s:Organization, s:name: Agency, s:url: https://agency.example}`;
  expect(describedBy(head).metadata).toEqual([
    { role: "author", title: "Ada", href: "https://orcid.org/0000-0001" },
    { role: "author", title: "ada@example.org", href: "mailto:ada@example.org" },
    { role: "author", title: "Bob Bo (Institute)" },
    { role: "author", title: "Cy (City)" },
    { role: "publisher", title: "Agency", href: "https://agency.example" },
  ]);
});

describe("what schema.org says of a package is described, with", () => {
  test.each([
    ["$namespaces", "$namespaces: {s: https://schema.org/}"],
    ["http", "$namespaces: {s: 'http://schema.org/'}"],
    ["no slash", "$namespaces: {s: https://schema.org}"],
    [
      "no $",
      "namespaces: {s: https://schema.org/}\nschemas: [http://schema.org/version/9.0/schemaorg-current-http.rdf]",
    ],
    ["no namespaces", ""],
  ])("%s", (_, head) => {
    expect(describedBy(`${head}\n${said}`)).toEqual(described);
  });

  test("another prefix", () => {
    const head = `$namespaces: {sdo: https://schema.org/}\n${said.replaceAll(/\bs:/g, "sdo:")}`;
    expect(describedBy(head)).toEqual(described);
  });

  test("a graph, beside its processes or in the one that is deployed, which wins", () => {
    const graph = `$graph:\n- {id: main, ${"class: CommandLineTool, baseCommand: 'true', inputs: [], outputs: []"}`;
    const head = `$namespaces: {s: https://schema.org/}\n${said}`;
    expect(describedBy(head, `${graph}}\n`)).toEqual(described);
    expect(describedBy(head, `${graph}, 's:softwareVersion': 2.0.1}\n`)).toEqual({ ...described, version: "2.0.1" });
  });

  test("a graph that was packed", async () => {
    const text = `cwlVersion: v1.2\nnamespaces: {sdo: https://schema.org/}\n${said.replaceAll(/\bs:/g, "sdo:")}$graph:\n- id: main\n${tool.replaceAll(/^/gm, "  ").trimEnd()}\n`;
    const { cwl } = await packDocument("/p/x.cwl", async () => text);
    expect(describeDocument(cwl)).toMatchObject(described);
  });
});

test("a version by its other name is read where the usual one is absent, as it is written", () => {
  const head = "$namespaces: {s: https://schema.org/}\n";
  expect(describedBy(`${head}s:version: 1.10`).version).toBe("1.10");
  expect(describedBy("s:version: '2.0-rc1'").version).toBe("2.0-rc1");
  expect(describedBy(`${head}s:version: 1.1\ns:softwareVersion: 3.1`).version).toBe("3.1");
});

test("texts, lists and objects of odd forms are described as far as they say something", () => {
  const head = [
    "s:softwareVersion: {s:version: 3}",
    "s:keywords: [a, 'b, c', {s:name: d}, 5, null, '']",
    "s:author: [{}, '', 5, {s:affiliation: X}, {s:email: x@example.org}]",
    "s:license: {'@id': https://example.org/l, s:name: Our own}",
    "s:codeRepository: null",
  ];
  expect(describedBy(head.join("\n"))).toEqual({
    version: "3",
    keywords: ["a", "b", "c", "d"],
    metadata: [
      { role: "author", title: "5" },
      { role: "author", title: "x@example.org", href: "mailto:x@example.org" },
      { role: "license", title: "Our own", href: "https://example.org/l" },
    ],
  });
});
