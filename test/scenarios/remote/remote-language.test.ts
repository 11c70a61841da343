import { expect, test } from "bun:test";
import { startTestApp } from "../../support/app.ts";
import { untilFinished } from "../../support/jobs.ts";
import { capabilities, fakeWps, xmlAnswer } from "../../support/servers/fake-wps.ts";
import { addProvider, submitRemote } from "../../support/servers/providers.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const languages =
  "<wps:Languages><wps:Default><ows:Language>en-US</ows:Language></wps:Default><wps:Supported><ows:Language>en-US</ows:Language><ows:Language>fr-CA</ows:Language></wps:Supported></wps:Languages>";

test.each([
  ["fr", "fr-CA"],
  ["fr-CA, en;q=0.5", "fr-CA"],
  ["de", undefined],
])(
  "Accept-Language %s asks a WPS for language %p",
  async (accepted, language) => {
    await using folder = await temporaryDirectory();
    const answer = capabilities.replace("</wps:Capabilities>", `${languages}</wps:Capabilities>`);
    await using server = await fakeWps({ GetCapabilities: xmlAnswer(answer) });
    await using app = await startTestApp(folder.path, { allowFetch: ["127.0.0.1"] });
    await addProvider(app.url, { id: "peer", url: `${server.url}/wps` });
    const job = await submitRemote(app.url, "peer", "faulty", { inputs: {} }, { "accept-language": accepted });
    expect((await untilFinished(app.url, job)).at(-1)).toMatchObject({ status: "successful" });
    const execute = server.requests.find((request) => request.startsWith("POST")) ?? "";
    expect(/ language="([^"]+)"/.exec(execute)?.[1]).toBe(language);
    const described = server.requests.filter((request) => request.includes("DescribeProcess")).at(-1) ?? "";
    expect(/[?&]language=([^& ]+)/.exec(described)?.[1]).toBe(language);
  },
  20_000,
);
