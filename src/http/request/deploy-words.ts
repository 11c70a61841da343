import { deployTitles } from "../../pages/deploy/deploy.tsx";

/** What one can do where the service cannot read an address, but a person may. */
const download = "download the package, and choose its file here";

/** What is told of a package's own address that cannot be read, by the words of the API behind it. */
const answersOfAddress: readonly (readonly [found: string, words: string])[] = [
  ["status 401, wanted 200", `asks for a key (status 401), and this service sends none: ${download}`],
  ["status 403, wanted 200", `is not for everybody (status 403), and this service sends no key: ${download}`],
  ["status 404, wanted 200", `has nothing (status 404), or shows it to no stranger: correct it, or ${download}`],
  ["status 410, wanted 200", `has nothing any more (status 410): give another one, or ${download}`],
  [
    "an HTML page, wanted a CWL document",
    `gives a page for people (HTML), not the package: give the address of the file itself, which is behind Raw at many servers, or ${download}`,
  ],
];

const addressPlace = "/?executionUnit/(?:0/)?href: ";

/** The fields of the page, by the places that answers of the API name. */
const fieldOfPlace: readonly (readonly [RegExp, string])[] = [
  [
    /^Cannot deploy process: \/id: found nothing, wanted an id(?=$|; )/g,
    `This package has no id: give one under "${deployTitles.id}"`,
  ],
  [
    /(?:the body has no other files|the package has no such file)/g,
    "it was not chosen: choose it too, together with the file that names it",
  ],
  [/"?\bpackage\.cwl"?(?=:?$|: )/g, "the text of the package"],
  [/\bpackage\.cwl(?=:\d+:\d+)/g, "text"],
  [/\?start=[\w.]+/g, `its name in "${deployTitles.start}"`],
  [/\?start\b/g, `"${deployTitles.start}"`],
  [/\?w=[\w.]+/g, `its name in "${deployTitles.workflow}"`],
  [/\?w\b/g, `"${deployTitles.workflow}"`],
  [/\?id\b/g, `"${deployTitles.id}"`],
  ...answersOfAddress.map(
    ([found, words]) =>
      [new RegExp(`${addressPlace}Cannot read ("[^"]*"): found ${found}`, "g"), `the address $1 ${words}`] as const,
  ),
  [/\/?executionUnit\/(?:0\/)?href\b/g, "the address of the package"],
  [/a free id or PUT/g, `a free id, or a tick at "${deployTitles.replaces}"`],
];

/** Rewrites what the API says of a deployment in the words of the page's fields: who fills in a form knows no parameters. */
export function inWordsOfPage(text: string): string {
  return fieldOfPlace.reduce((words, [place, field]) => words.replaceAll(place, field), text);
}
