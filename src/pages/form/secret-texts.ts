import { looksSecret, withoutSecrets } from "../../domain/people/secret-names.ts";

/** Addresses of uploads that suffice by themselves: of one's own, the id alone is an address. */
const holdsToken = /^vault:\/\/[^/#]+[/#]|\/vault\/[^/?#]+\/[^/?#]/;

/** Tells whether the text of a field lets others in: by an address, or by a member of JSON that looks like a secret. */
export function holdsSecret(text: string): boolean {
  if (holdsToken.test(text) || withoutSecrets(text) !== text) return true;
  return (
    /^\s*[{[]/.test(text) && [...text.matchAll(/"([^"\\]{1,100})"\s*:/g)].some(([, name = ""]) => looksSecret(name))
  );
}
