import type { ProcessDescription } from "../domain/process.ts";

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

/** A licence that is an address alone is called as SPDX calls it, or as the end of its address says. */
function licenceName(title: string, href: string | undefined): string {
  if (href === undefined || (title !== "License" && title !== href)) return title;
  const { hostname, pathname } = new URL(href);
  const [, kind, version] = /^\/licenses\/([a-z-]+)\/([\d.]+)/.exec(pathname) ?? [];
  if (/(?:^|\.)creativecommons\.org$/.test(hostname) && kind !== undefined)
    return `CC-${kind.toUpperCase()}-${version}`;
  const last = pathname.split("/").findLast((part) => part !== "") ?? hostname;
  return last.replace(/\.(?:html?|txt|json|md)$/i, "");
}
