import type { ProcessDescription } from "../../domain/processes/process.ts";

type Entry = { readonly title: string; readonly href?: string };

/** What a description says of where a process comes from, in its order, and what stands before it. */
const shown = [
  { role: "author", word: "by " },
  { role: "publisher", word: "published by " },
  { role: "license", word: "licence " },
  { role: "codeRepository", word: "" },
] as const;

/** Shows who wrote a process, its licence, or that it says none, and where its source is, as a part of a line. Addresses but those of the web and of mail are no links. */
export function Said({ metadata = [] }: { readonly metadata?: ProcessDescription["metadata"] | undefined }) {
  return (
    <>
      {shown.map(({ role, word }) => {
        const entries = metadata.flatMap((one) => (one.role === role ? entryOf(one) : []));
        if (entries.length === 0) return role === "license" ? " · licence not stated" : null;
        return (
          <>
            {` · ${word}`}
            {entries.map((entry, index) => (
              <>
                {index === 0 ? "" : ", "}
                <Name entry={entry} role={role} />
              </>
            ))}
          </>
        );
      })}
    </>
  );
}

/** Words the keywords of a process, as the last part of that line. */
export function keywordWords({ keywords = [] }: Pick<ProcessDescription, "keywords">): string {
  return keywords.length === 0 ? "" : ` · ${keywords.join(", ")}`;
}

function Name({ entry: { title, href }, role }: { readonly entry: Entry; readonly role: string }) {
  const words = role === "license" ? licenceName(title, href) : title;
  return href === undefined ? (
    words
  ) : (
    <a href={href} rel="nofollow">
      {words}
    </a>
  );
}

function entryOf({ title, href }: Readonly<Record<string, unknown>>): readonly Entry[] {
  const address = typeof href === "string" && isAddress(href) ? href : undefined;
  const name = typeof title === "string" && title !== "" ? title : address;
  return name === undefined ? [] : [{ title: name, ...(address === undefined ? {} : { href: address }) }];
}

function isAddress(href: string): boolean {
  return (/^https?:\/\//.test(href) && URL.canParse(href)) || /^mailto:[^\s@<>"]+@[^\s@<>"]+$/.test(href);
}

/** A licence that is an address alone is called as SPDX calls it, where its address says which one it is; of others all of the address is told. */
function licenceName(title: string, href: string | undefined): string {
  if (href === undefined || (title !== "License" && title !== href)) return title;
  const { hostname, pathname } = new URL(href);
  const address = `${hostname}${pathname}`.replace(/^www\./, "").replace(/(?:\.(?:html?|txt|json|md|rdf)|\/)+$/i, "");
  for (const [pattern, nameOf] of licenceAddresses) {
    const found = pattern.exec(address);
    if (found !== null) return nameOf(found.slice(1).map((part) => part ?? ""));
  }
  return href;
}

/** Where licences stand, and what SPDX calls them. */
const licenceAddresses: readonly (readonly [RegExp, (parts: readonly string[]) => string])[] = [
  [/^(?:spdx\.org|opensource\.org)\/licenses\/([^/]+)$/i, ([id = ""]) => id],
  [/^apache\.org\/licenses\/LICENSE-([\d.]+)$/i, ([version]) => `Apache-${version}`],
  [
    /^creativecommons\.org\/licenses\/([a-z-]+)\/([\d.]+)/i,
    ([kind = "", version]) => `CC-${kind.toUpperCase()}-${version}`,
  ],
  [/^creativecommons\.org\/publicdomain\/zero\/([\d.]+)/i, ([version]) => `CC0-${version}`],
  [
    /^gnu\.org\/licenses\/(?:old-licenses\/)?([al]?gpl|fdl)-(\d+(?:\.\d+)?)/i,
    ([kind = "", version]) => gnuName(kind, version),
  ],
  [/^mozilla\.org\/(?:[a-z]{2}(?:-[A-Z]{2})?\/)?MPL\/([\d.]+)$/i, ([version]) => `MPL-${version}`],
  // Elsewhere, only what is certainly the name of one.
  [
    /\/(MIT|ISC|0BSD|Unlicense|(?:Apache|BSD|[AL]?GPL|MPL|EPL|EUPL|CC0|CC-BY(?:-(?:NC|ND|SA))*)-\d[\w.-]*)$/,
    ([id = ""]) => id,
  ],
];

/** SPDX writes the second number of a version, too: GPL-3.0. */
function gnuName(kind: string, version = ""): string {
  return `${kind.toLowerCase() === "fdl" ? "GFDL" : kind.toUpperCase()}-${version.includes(".") ? version : `${version}.0`}`;
}
