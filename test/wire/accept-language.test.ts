import { expect, test } from "bun:test";
import { parseLanguage } from "../../src/wire/accept-language.ts";

test.each([
  [undefined, undefined],
  ["", undefined],
  ["fr-CA", "fr-CA"],
  ["en;q=0.5, fr-CA", "fr-CA"],
  ["en;q=0.2, de;q=0.8", "de"],
  ["fr;q=0", undefined],
  ["*, not_a_language", undefined],
])("of Accept-Language %p the client wants %p most", (header, language) => {
  expect(parseLanguage(header)).toBe(language);
});
