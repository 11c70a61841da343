import type { ProvAttributes, ProvDocument, ProvKind, ProvRecords, ProvValue } from "../domain/documents/provenance.ts";
import { WholeDocument } from "./document.tsx";
import { Layout } from "./layout.tsx";
import { type Page, type PageFrame, policyOf, scriptUrl } from "./page.ts";
import { Size, Time } from "./parts.tsx";
import { RecordTable } from "./record-table.tsx";

const script = "local-times";

/** Where the provenance of a job is, besides its page. */
export type ProvenancePlace = { readonly jobUrl: string; readonly parts: Readonly<Record<string, string>> };

/** Builds the page of the provenance of a job: which activity used and made what, and who answers for it. */
export function provenancePage({ jobUrl, parts }: ProvenancePlace): Page<ProvDocument> {
  return {
    policy: (frame) => policyOf({ scripts: scriptUrl(frame, script) }),
    render: (frame, document) =>
      `<!doctype html>${(
        <Layout {...frame} script={scriptUrl(frame, script)}>
          <p>
            <a href={`${jobUrl}?f=html`}>The job</a>
          </p>
          <Activities document={document} />
          <h2>For programs</h2>
          <Formats frame={frame} jobUrl={jobUrl} parts={parts} />
          <WholeDocument document={document} />
        </Layout>
      )}`,
  };
}

function Formats({ frame, jobUrl, parts }: ProvenancePlace & { readonly frame: PageFrame }) {
  return (
    <ul>
      <li>
        <a href={frame.jsonUrl} rel="alternate" type="application/json">
          PROV-JSON
        </a>
      </li>
      <li>
        <a href={`${jobUrl}/prov?f=provn`} rel="alternate" type="text/provenance-notation">
          PROV-N
        </a>
      </li>
      {Object.entries(parts).map(([part, summary]) => (
        <li>
          <a href={`${jobUrl}/prov/${part}`} type="text/plain">
            {summary}
          </a>
        </li>
      ))}
    </ul>
  );
}

function Activities({ document }: { readonly document: ProvDocument }) {
  const { activity = {}, entity = {}, agent = {} } = document;
  return (
    <RecordTable label="What came from what">
      <table>
        <thead>
          <tr>
            <th scope="col">Activity</th>
            <th scope="col">Used</th>
            <th scope="col">Made</th>
            <th scope="col">By</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(activity).map(([name, attributes]) => (
            <tr>
              <th scope="row">
                <Activity attributes={attributes} />
              </th>
              <td>
                <Others of={document.used} own="prov:activity" name={name} other="prov:entity" among={entity} />
              </td>
              <td>
                <Others
                  of={document.wasGeneratedBy}
                  own="prov:activity"
                  name={name}
                  other="prov:entity"
                  among={entity}
                />
              </td>
              <td>
                <Others
                  of={document.wasAssociatedWith}
                  own="prov:activity"
                  name={name}
                  other="prov:agent"
                  among={agent}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </RecordTable>
  );
}

function Activity({ attributes }: { readonly attributes: ProvAttributes }) {
  const [label, start, end] = ["prov:label", "prov:startTime", "prov:endTime"].map((name) => textOf(attributes[name]));
  return (
    <>
      {label === "main" ? "the tool" : label}
      {start === undefined ? null : (
        <p class="muted">
          <Time at={start} />
          {end === undefined ? null : (
            <>
              {" to "}
              <Time at={end} />
            </>
          )}
        </p>
      )}
    </>
  );
}

/** The relations that have `own` at the one end, each with the element at the `other`. */
function Others({
  of = {},
  own,
  name,
  other,
  among,
}: {
  readonly of: ProvDocument[ProvKind];
  readonly own: string;
  readonly name: string;
  readonly other: string;
  readonly among: ProvRecords;
}) {
  const relations = Object.values(of).filter((one) => one[own] === name);
  if (relations.length === 0) return <span class="muted">nothing</span>;
  return (
    <ul>
      {relations.map((one) => (
        <li>
          <Element attributes={among[textOf(one[other]) ?? ""] ?? {}} role={textOf(one["prov:role"])} />
        </li>
      ))}
    </ul>
  );
}

/** What is longer is cut: the document has it in full. */
const longestValue = 120;

function Element({ attributes, role }: { readonly attributes: ProvAttributes; readonly role: string | undefined }) {
  const [label, place, value] = ["prov:label", "prov:atLocation", "prov:value"].map((name) => textOf(attributes[name]));
  const size = attributes["heddle:size"];
  const words = label ?? role ?? "";
  return (
    <>
      {role === undefined || words.startsWith(role) ? "" : `${role}: `}
      {place !== undefined && /^https?:\/\//.test(place) ? <a href={place}>{words}</a> : words}
      {value === undefined ? "" : ` = ${value.length > longestValue ? `${value.slice(0, longestValue)}…` : value}`}
      {typeof size === "number" ? (
        <span class="muted">
          {" "}
          <Size bytes={size} />
        </span>
      ) : null}
    </>
  );
}

function textOf(value: ProvValue | readonly ProvValue[] | undefined): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "object" && "$" in value ? value.$ : undefined;
}
