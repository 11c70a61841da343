import { expect, test } from "bun:test";
import { looksSecret, withoutSecrets } from "../../../src/domain/people/secret-names.ts";

test.each([
  "password",
  "dbPassword",
  "PASSPHRASE",
  "token",
  "access_token",
  "apiKey",
  "api-key",
  "clientSecret",
  "pwd",
])("the name %s looks like that of a secret", (name) => expect(looksSecret(name)).toBe(true));

test.each(["text", "key", "monkey", "passes", "author", "signal"])("the name %s does not", (name) =>
  expect(looksSecret(name)).toBe(false),
);

test.each([
  ["https://ana:s3cret@a.example/x", "https://ana:hidden@a.example/x"],
  ["get ftp://u:p:q@a and https://b/", "get ftp://u:hidden@a and https://b/"],
  ["https://:p@a.example/", "https://:hidden@a.example/"],
  ["https://a/x?token=abc&y=1", "https://a/x?token=hidden&y=1"],
  ["https://a/x?y=1&X-Amz-Signature=ab%2Fc#z", "https://a/x?y=1&X-Amz-Signature=hidden#z"],
  ['{"a": "https://a/x?token=abc", "b": "s3://u:p@b"}', '{"a": "https://a/x?token=hidden", "b": "s3://u:hidden@b"}'],
  ["https://u:p@ss@a/", "https://u:hidden@a/"],
  ["https://a/x?sv=1&sig=abc", "https://a/x?sv=1&sig=hidden"],
])("%s is shown as %s", (text, shown) => expect(withoutSecrets(text)).toBe(shown));

test.each(["https://a.example/x?y=1", "https://a.example:8080/@ana", "mail ana@a.example", "12:30 @ noon", "a?b=c"])(
  "%s stays as it is",
  (text) => expect(withoutSecrets(text)).toBe(text),
);

test("long texts without any are read to their ends", () => {
  for (const part of ["a", "?", "a:", "x://a:", "?a", "&="]) {
    const text = part.repeat(200_000);
    expect(withoutSecrets(text)).toBe(text);
  }
});
