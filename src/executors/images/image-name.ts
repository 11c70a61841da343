/** The grammar of references to images (OCI distribution): [HOST[:PORT]/]NAME[/NAME...][:TAG][@ALGORITHM:DIGEST]. */
const host = String.raw`(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?`;
const component = String.raw`[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*`;
const tag = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";
const digest = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9A-Fa-f]{32,128}";
const reference = new RegExp(`^(?:${host}/)?(${component}(?:/${component})*)(?::${tag})?(?:@${digest})?$`);

/** Longer names are none, and would be no names of files either. */
const maxLength = 400;

/** What a name of an image looks like, for messages. */
export const imageNameForm = "[HOST[:PORT]/]NAME[:TAG][@DIGEST], in small letters";

/** Tells whether a text can be the name of an image: what cannot is never handed to an engine, whose option it could be. */
export function isImageName(text: string): boolean {
  return text.length <= maxLength && reference.test(text);
}
