import { beforeAll, describe, expect, test } from "bun:test";
import { serveFile } from "../../support/servers/file-server.ts";

const server = await serveFile();

const unit = {
  cwlVersion: "v1.2",
  class: "ExpressionTool",
  requirements: { InlineJavascriptRequirement: {} },
  inputs: { at: "string?", day: "string?", clock: "string?" },
  outputs: { said: "string" },
  expression: "$({said: [inputs.at, inputs.day, inputs.clock].filter(function (x) { return x !== null; }).join(' ')})",
};
const schemaOf = (format: string) => ({ schema: { type: "string", format } });

beforeAll(async () => {
  const inputs = { at: schemaOf("date-time"), day: schemaOf("date"), clock: schemaOf("time") };
  const response = await fetch(`${server.url}/processes`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ processDescription: { id: "times", inputs }, executionUnit: { unit } }),
  });
  if (response.status !== 201) throw new Error(await response.text());
});

async function byQuery(id: string, text: string): Promise<string> {
  const inputs = encodeURIComponent(`${id}=${text}`);
  const query = `service=WPS&version=1.0.0&request=Execute&identifier=times&DataInputs=${inputs}&RawDataOutput=said`;
  const answer = await fetch(`${server.url}/wps?${query}`);
  return answer.status === 200 ? answer.text() : String(answer.status);
}

async function byXml(id: string, text: string): Promise<string> {
  const body = `<wps:Execute service="WPS" version="2.0.0" response="raw" mode="sync" xmlns:wps="http://www.opengis.net/wps/2.0" xmlns:ows="http://www.opengis.net/ows/2.0">
<ows:Identifier>times</ows:Identifier><wps:Input id="${id}"><wps:Data><wps:LiteralValue>${text}</wps:LiteralValue></wps:Data></wps:Input>
<wps:Output id="said" transmission="value"/></wps:Execute>`;
  const answer = await fetch(`${server.url}/wps`, { method: "POST", headers: { "content-type": "text/xml" }, body });
  return answer.status === 200 ? answer.text() : String(answer.status);
}

describe("a time of XML Schema is valid, and the tool gets it as it was sent", () => {
  for (const [id, text] of [
    ["at", "2026-11-28T12:00:00"],
    ["at", "2026-11-28T12:00:00.125"],
    ["at", "2026-11-28T24:00:00"],
    ["at", "2026-12-31T24:00:00Z"],
    ["at", "2026-11-28T24:00:00.000+01:00"],
    ["at", "2026-11-28T12:00:00+0100"],
    ["at", "2026-11-28T12:00:00Z"],
    ["at", "2026-11-28T12:00:00-05:30"],
    ["day", "2026-11-28"],
    ["day", "2026-11-28Z"],
    ["day", "2026-11-28+01:00"],
    ["clock", "12:00:00"],
    ["clock", "24:00:00"],
    ["clock", "12:00:00+0100"],
  ] as const) {
    test(`${id} ${text}`, async () => {
      expect(await byQuery(id, text)).toBe(text);
      expect(await byXml(id, text)).toBe(text);
    });
  }
});

describe("what is no time is refused", () => {
  for (const [id, text] of [
    ["at", "2026-11-28T25:00:00"],
    ["at", "2026-11-28T24:00:01"],
    ["at", "2026-02-30T12:00:00"],
    ["at", "2026-11-28T24:00:00.5"],
    ["at", "yesterday"],
    ["day", "2026-13-01"],
    ["clock", "noon"],
  ] as const) {
    test(`${id} ${text}`, async () => {
      expect(await byQuery(id, text)).toBe("400");
      expect(await byXml(id, text)).toBe("400");
    });
  }
});
