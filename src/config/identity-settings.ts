import * as v from "valibot";
import { plainIdentity } from "../domain/people/service-identity.ts";
import { list, text, url } from "./config-values.ts";

/** A name of a licence of SPDX, or text, with the address of its words. */
const licensePattern = /^[^<>]+?(?: <https?:\/\/[^\s<>]+>)?$/;

/** Tells whether a URL names tiles of a map; it may also say which of several hosts, as {a-c}. */
function isTileTemplate(value: string): boolean {
  const isPlaced = value.includes("{z}") && value.includes("{x}") && /\{-?y\}/.test(value);
  const plain = value.replace(/\{(?:[zxy]|-y)\}/g, "0").replace(/\{([a-z0-9])-[a-z0-9]\}/, "$1");
  return isPlaced && /^https?:\/\/[^/{}\s;,]+\/[^{}\s;,]*$/.test(plain) && URL.canParse(plain);
}

/** The settings that say who runs the service: on the landing page, in the API description, in the capabilities of WPS. */
export const identitySettings = {
  serviceTitle: v.optional(
    v.pipe(text, v.description("name of the service, for people: its title on pages")),
    plainIdentity.title,
  ),
  serviceDescription: v.optional(
    v.pipe(text, v.description("what the service is for, in a sentence or two")),
    plainIdentity.description,
  ),
  serviceProvider: v.optional(v.pipe(text, v.description("organisation that runs the service"))),
  serviceProviderUrl: v.optional(v.pipe(url, v.description("page of the organisation"))),
  serviceContactName: v.optional(v.pipe(text, v.description("person or team to ask"))),
  serviceContactEmail: v.optional(
    v.pipe(
      text,
      v.regex(/^[^\s<>@]+@[^\s<>@]+$/, "NAME@HOST"),
      v.description("address of mail of the person or team to ask"),
    ),
  ),
  serviceContactUrl: v.optional(v.pipe(url, v.description("page of the person or team to ask"))),
  serviceLicense: v.optional(
    v.pipe(
      text,
      v.regex(licensePattern, "NAME or NAME <URL>"),
      v.description("licence of what the service gives: NAME or NAME <URL>"),
    ),
  ),
  serviceTermsUrl: v.optional(v.pipe(url, v.description("page of the terms of use"))),
  serviceLogoUrl: v.optional(v.pipe(url, v.description("picture of the service or of its organisation"))),
  mapTiles: v.optional(
    v.pipe(
      text,
      v.check(isTileTemplate, "an http or https URL with {z}, {x} and {y}"),
      v.description(
        "pictures behind maps of pages, by URL with {z}, {x} and {y}, which browsers ask that host for; land and borders of our own if not given",
      ),
    ),
  ),
  mapAttribution: v.optional(
    v.pipe(text, v.description("who made the pictures behind maps, as they want to be named")),
  ),
  serviceKeywords: v.optional(v.pipe(list, v.description("words under which the service may be looked for")), []),
  serviceLanguages: v.optional(
    v.pipe(
      list,
      v.minLength(1, "at least one language"),
      v.everyItem((item) => /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/.test(item), "languages such as en or de-AT"),
      v.description("languages of the texts of the processes, the usual one first"),
    ),
    [...plainIdentity.languages],
  ),
};

/** The settings of sign-in and of certificates that keep a service from starting when they do not fit together. */
export const startNames = [
  ...["oidcIssuer", "oidcAllowHttp", "oidcClientId", "oidcClientSecretFile", "oidcRole", "oidcDefaultRole"],
  ...["tlsCertificateFile", "tlsKeyFile"],
] as const;
