import type { Fault } from "../../domain/problem.ts";

/** The text that faults may be about, as it stands in the form below, and the id of its field. */
export type FaultyText = { readonly text: string; readonly fieldId: string };

/** Lists faults. One of a line of the text in the form leads to it, and quotes it for who reads without a script. */
export function ToldFaults({ faults, within }: { readonly faults: readonly Fault[]; readonly within: FaultyText }) {
  const lines = within.text.split("\n");
  return (
    <ul>
      {faults.map(({ pointer, detail }) => {
        const place = placeIn(pointer);
        const line = place === undefined ? undefined : lines[place.line - 1];
        return (
          <li>
            {place === undefined || line === undefined ? (
              <code>{pointer}</code>
            ) : (
              <a href={`#${within.fieldId}`} data-line={String(place.line)}>
                <code>{pointer}</code>
              </a>
            )}{" "}
            <Detail text={detail} />
            {line === undefined || line.trim() === "" ? null : (
              <>
                <br />
                <span class="muted">{`line ${place?.line}: `}</span>
                <code>{shortLine(line)}</code>
              </>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** Tells whether a fault is said better in a list of faults than in a sentence: it has a line, or a long list of names. */
export function isListed({ pointer, detail }: Fault): boolean {
  return placeIn(pointer) !== undefined || partsOf(detail) !== undefined;
}

/** Reads `file:line:column`. */
function placeIn(pointer: string): { readonly line: number } | undefined {
  const [, line] = /:(\d+):\d+$/.exec(pointer) ?? [];
  return line === undefined ? undefined : { line: Number(line) };
}

const longestLine = 120;

function shortLine(line: string): string {
  const text = line.trim();
  return text.length > longestLine ? `${text.slice(0, longestLine)}…` : text;
}

/** Names of which no more than these are told without being folded. */
const mostNames = 6;

function Detail({ text }: { readonly text: string }) {
  const found = partsOf(text);
  if (found === undefined) return <>{text}</>;
  return (
    <>
      {found.before}
      <details>
        <summary>{`all ${found.names.length} keys`}</summary>
        {found.names.join(", ")}
      </details>
    </>
  );
}

/** Parts what is told of an unknown key from the long list of the known ones. */
function partsOf(text: string): { readonly before: string; readonly names: readonly string[] } | undefined {
  const [, before = "", list = ""] =
    /^(.*\bfound an unknown field\b.*?)(?:,| Else) wanted one of (.+)$/s.exec(text) ?? [];
  const names = list.split(", ");
  return names.length > mostNames ? { before, names } : undefined;
}
