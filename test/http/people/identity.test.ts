import { expect, test } from "bun:test";
import { plainIdentity, type ServiceIdentity } from "../../../src/domain/people/service-identity.ts";
import { jsonOf, openService } from "../service.ts";

const identity: ServiceIdentity = {
  title: "Geodata <of> Exampleton",
  description: "Floods & heat, for everybody",
  keywords: ["flood", "heat"],
  languages: ["de", "en"],
  provider: { name: "City of Exampleton", url: "https://city.example" },
  contact: { name: "Data team", email: "data@city.example", url: "https://city.example/data" },
  license: { name: "CC-BY-4.0", url: "https://creativecommons.org/licenses/by/4.0/" },
  termsUrl: "https://city.example/terms",
  logoUrl: "https://city.example/logo.svg",
};

test("the landing page tells who runs the service, as members and as links", async () => {
  await using service = await openService({ identity });
  const document = await jsonOf(await service.send("GET", "/"));
  const { provider, contact, license, keywords, languages, title, description } = identity;
  expect(document).toMatchObject({ title, description, provider, contact, license, keywords, languages });
  for (const link of [
    { rel: "provider", href: "https://city.example" },
    { rel: "help", href: "https://city.example/data" },
    { rel: "license", href: license?.url },
    { rel: "terms-of-service", href: identity.termsUrl },
    { rel: "icon", href: identity.logoUrl },
  ]) {
    expect(document.links).toContainEqual(expect.objectContaining(link));
  }
});

test("a service of which its operator says nothing tells no more than its name", async () => {
  await using service = await openService();
  const document = await jsonOf(await service.send("GET", "/"));
  expect(document).toMatchObject({ title: plainIdentity.title, description: plainIdentity.description });
  for (const member of ["provider", "contact", "license", "keywords"]) expect(document).not.toHaveProperty(member);
});

for (const version of ["3.0", "3.1"] as const) {
  test(`the API description ${version} names contact, licence and terms`, async () => {
    await using service = await openService({ identity });
    const response = await service.send("GET", version === "3.1" ? "/api?f=oas31" : "/api");
    const { contact, license, title, termsUrl } = identity;
    const description = expect.stringMatching(/^Floods & heat, for everybody/);
    expect(await jsonOf(response)).toMatchObject({
      info: { title, description, contact, license, termsOfService: termsUrl },
    });
    const one = await jsonOf(await service.send("GET", "/processes/echo/api"));
    expect(one).toMatchObject({ info: { contact, license } });
  });
}

for (const version of ["1.0.0", "2.0.0"] as const) {
  test(`the capabilities of WPS ${version} name who runs the service`, async () => {
    await using service = await openService({ identity });
    const path = `/wps?service=WPS&request=GetCapabilities&acceptversions=${version}`;
    const text = await (await service.send("GET", path)).text();
    for (const part of [
      "<ows:Title>Geodata &lt;of&gt; Exampleton</ows:Title>",
      "<ows:Abstract>Floods &amp; heat, for everybody</ows:Abstract>",
      "<ows:Keyword>flood</ows:Keyword><ows:Keyword>heat</ows:Keyword>",
      "<ows:AccessConstraints>CC-BY-4.0 https://creativecommons.org/licenses/by/4.0/ https://city.example/terms<",
      "<ows:ProviderName>City of Exampleton</ows:ProviderName>",
      '<ows:ProviderSite xlink:href="https://city.example"/>',
      "<ows:IndividualName>Data team</ows:IndividualName>",
      "<ows:ElectronicMailAddress>data@city.example</ows:ElectronicMailAddress>",
      '<ows:OnlineResource xlink:href="https://city.example/data"/>',
      "<ows:Language>de</ows:Language>",
    ]) {
      expect(text.replaceAll(/>\s+</g, "><")).toContain(part);
    }
  });
}
