import { partTalk } from "../../domain/jobs/program-talk.ts";

/** Why an engine got no image, by what it said itself: the first that fits counts. */
const refusals: readonly (readonly [said: RegExp, words: string])[] = [
  [/no space left|disk quota exceeded/i, "a disk of this machine is full"],
  [/toomanyrequests|rate limit|\b429\b/i, "its registry gives no more images for now: it was asked too often"],
  [/x509|certificate|http: server gave HTTP response to HTTPS client/i, "its registry is not one that is trusted here"],
  [
    /no matching manifest|no image found in (?:manifest|image) (?:list|index)/i,
    "it is not made for machines of this kind",
  ],
  [
    /no such host|name resolution|name or service not known|server misbehaving|network is unreachable|no route to host|connection (?:refused|reset)|i\/o timeout|deadline exceeded|Client\.Timeout|TLS handshake|\bEOF\b/i,
    "its registry cannot be reached from here: there is no network to it, or the name of its server is wrong",
  ],
  [/manifest unknown|name unknown|manifest for .* not found|\bnot found\b|\b404\b/i, "its registry has no such image"],
  [
    /access denied|\bdenied\b|unauthorized|authentication required|forbidden|no basic auth|\b40[13]\b/i,
    "its registry does not give it: there is no such image, or one must sign in there",
  ],
  [/invalid reference|invalid image name|repository name must/i, "its name is not one that an image can have"],
  [/daemon|permission denied|cannot connect|no such file or directory/i, "the container engine does not work here"],
];

/** What the service says itself of an image that it has not, beside what an engine said. */
const own: readonly (readonly [found: RegExp, words: string])[] = [
  [/found the image name "/, "its name is not one that an image can have"],
  [/found dockerFile, wanted an image that was built/, "it is built of a text, and this service builds none"],
  [/cannot build dockerFile/, "the container engine could not build it"],
  [/found no image "[^"]*".* in \w+,/, "the container engine does not have it"],
  [/no container engine is used/, "it was not imported, and this service uses no container engine"],
  [/none of [\w, ]+ is installed/, "it was not imported, and no container engine is installed here"],
  [/does not work/, "it was not imported, and the container engine does not work here"],
];

/**
 * Words in one sentence that an image cannot be had here, and why; undefined for a message that is of no image. `text` is the message with
 * what programs wrote, which a page folds up behind the sentence.
 */
export function imageSentence(text: string): string | undefined {
  const { sentence, said } = partTalk(text);
  const isOfImage =
    /imported by "heddle images import"|or a container engine\b|cannot be pulled\b|cannot build dockerFile|found dockerFile, wanted|found the image name "|found no image "/;
  if (!isOfImage.test(sentence)) return undefined;
  const [, name] =
    /DockerRequirement \(image ([^)]+)\)/.exec(sentence) ??
    /the default container ([^\s,]+)/.exec(sentence) ??
    /\bimage (?:name )?"([^"]+)"/.exec(sentence) ??
    /cannot pull "([^"]+)"/.exec(sentence) ??
    [];
  const [, who] = /^([^\s:]{1,100}): found\b/.exec(sentence) ?? [];
  const what = name === undefined || name === "of its own" ? "the image that it runs in" : `the image ${name}`;
  return `${who === undefined ? "" : `${who}: `}${who === undefined ? capital(what) : what} cannot be had here: ${whyOf(sentence, said)}.`;
}

function whyOf(sentence: string, said: readonly string[]): string {
  const isPull = /cannot pull "|cannot be pulled\b/.test(sentence);
  const known = isPull ? refusals.find(([words]) => said.some((one) => words.test(one))) : undefined;
  return (known ?? own.find(([found]) => found.test(sentence)))?.[1] ?? "the container engine did not get it";
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
