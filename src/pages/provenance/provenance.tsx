import type { ProvAttributes, ProvDocument, ProvKind, ProvRecords } from "../../domain/documents/provenance.ts";
import { hiddenWords, looksSecret, withoutSecrets } from "../../domain/people/secret-names.ts";
import { WholeDocument } from "../shared/document.tsx";
import { Layout } from "../shared/layout.tsx";
import { type Page, policyOf, scriptUrl } from "../shared/page.ts";
import { Size } from "../shared/parts.tsx";
import { unknownVersions } from "../shared/program-words.ts";
import { RecordTable } from "../shared/record-table.tsx";
import { Activity, Command, startOf, textOf } from "./provenance-activity.tsx";
import { Agents, Digest, isOwnProgram } from "./provenance-agents.tsx";
import { Formats, fileName, type ProvenancePlace } from "./provenance-formats.tsx";

const script = "local-times";

/** Builds the page of the provenance of a job: which activity used and made what, and who answers for it. */
export function provenancePage({ jobUrl, parts }: ProvenancePlace): Page<ProvDocument> {
  return {
    policy: (frame) => policyOf({ scripts: scriptUrl(frame, script) }),
    render: (frame, document) =>
      `<!doctype html>${(
        <Layout {...frame} script={scriptUrl(frame, script)}>
          <p class="actions">
            <a href={`${jobUrl}?f=html`}>The job</a>{" "}
            <a href={frame.jsonUrl} download={`${fileName(jobUrl)}.json`}>
              Save as a file (PROV-JSON)
            </a>
          </p>
          <Activities document={document} jobUrl={jobUrl} />
          <h2>For programs</h2>
          <Formats frame={frame} jobUrl={jobUrl} parts={parts} />
          <WholeDocument document={document} />
        </Layout>
      )}`,
  };
}

function Activities({ document, jobUrl }: { readonly document: ProvDocument; readonly jobUrl: string }) {
  const { activity = {} } = document;
  const started = Object.entries(activity).toSorted(([, one], [, other]) => startOf(one) - startOf(other));
  const hasOwnPrograms = started.some(([name, attributes]) => isOwnProgram(name, attributes, document));
  return (
    <>
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
            {started.map(([name, attributes]) => (
              <tr>
                <th scope="row">
                  <Activity attributes={attributes} all={activity} jobsUrl={jobsOf(jobUrl)} />
                </th>
                <td>
                  <Entities of={document.used} name={name} document={document} />
                </td>
                <td>
                  <Entities
                    of={document.wasGeneratedBy}
                    none={noneMade(attributes, document)}
                    name={name}
                    document={document}
                  />
                </td>
                <td>
                  <Agents name={name} attributes={attributes} document={document} />
                  <Command attributes={attributes} secrets={secretsOf(name, document)} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </RecordTable>
      {hasOwnPrograms ? <p class="muted">{unknownVersions}</p> : null}
    </>
  );
}

/** The values that an activity used and that look like secrets by their names. */
function secretsOf(name: string, { used = {}, entity = {} }: ProvDocument): readonly string[] {
  return Object.values(used)
    .filter((one) => one["prov:activity"] === name && looksSecret(textOf(one["prov:role"]) ?? ""))
    .flatMap((one) => textOf(entity[textOf(one["prov:entity"]) ?? ""]?.["prov:value"]) ?? [])
    .map((json) => json.replace(/^"(.*)"$/s, "$1"))
    .filter((value) => value !== "");
}

/** The address of all jobs, of that of one. */
function jobsOf(jobUrl: string): string {
  return jobUrl.slice(0, jobUrl.lastIndexOf("/"));
}

/** A job, or a workflow in it, makes by its steps what it makes. */
function noneMade(attributes: ProvAttributes, { wasGeneratedBy = {} }: ProvDocument): string {
  const isAround = ["heddle:Job", "heddle:Attempt", "heddle:Workflow"].includes(textOf(attributes["prov:type"]) ?? "");
  return isAround && Object.keys(wasGeneratedBy).length > 0 ? "what its steps made" : "nothing";
}

/** The entities that an activity used, or made: relations have it at one end, and an entity at the other. */
function Entities({
  of = {},
  name,
  document: { entity = {}, hadMember = {} },
  none = "nothing",
}: {
  readonly of: ProvDocument[ProvKind];
  /** The activity. */
  readonly name: string;
  readonly document: ProvDocument;
  /** What is said where there is no relation. */
  readonly none?: string;
}) {
  const relations = Object.values(of).filter((one) => one["prov:activity"] === name);
  if (relations.length === 0) return <span class="muted">{none}</span>;
  return (
    <ul>
      {relations.map((one) => (
        <li>
          <Element attributes={entity[textOf(one["prov:entity"]) ?? ""] ?? {}} role={textOf(one["prov:role"])} />
          <Inside name={textOf(one["prov:entity"])} among={entity} members={hadMember} />
        </li>
      ))}
    </ul>
  );
}

/** A directory may hold thousands of files: the document has them all. */
const shownMembers = 20;

function Inside({
  name,
  among,
  members,
}: {
  readonly name: string | undefined;
  readonly among: ProvRecords;
  readonly members: ProvRecords;
}) {
  const inside = Object.values(members).filter((one) => one["prov:collection"] === name);
  if (inside.length === 0) return null;
  return (
    <ul>
      {inside.slice(0, shownMembers).map((one) => (
        <li>
          <Element attributes={among[textOf(one["prov:entity"]) ?? ""] ?? {}} />
        </li>
      ))}
      {inside.length <= shownMembers ? null : <li class="muted">{`and ${inside.length - shownMembers} more`}</li>}
    </ul>
  );
}

/** What is longer is cut: the document has it in full. */
const longestValue = 120;

function Element({ attributes, role }: { readonly attributes: ProvAttributes; readonly role?: string | undefined }) {
  const [label, place, value] = ["prov:label", "prov:atLocation", "prov:value"].map((name) => textOf(attributes[name]));
  const size = attributes["heddle:size"];
  const words = label ?? role ?? "";
  return (
    <>
      {role === undefined || words.startsWith(role) ? "" : `${role}: `}
      {place !== undefined && /^https?:\/\//.test(place) ? <a href={place}>{words}</a> : words}
      {value === undefined ? "" : ` = ${shownValue(role ?? words, value)}`}
      {typeof size === "number" ? (
        <span class="muted">
          {" "}
          <Size bytes={size} />
        </span>
      ) : null}
      <Digest text={textOf(attributes["heddle:digest"])} />
      {hasBytes(attributes) ? <Bytes sha256={textOf(attributes["heddle:sha256"])} /> : null}
    </>
  );
}

/** What looks like a secret stands in the document alone. */
function shownValue(name: string, value: string): string {
  if (looksSecret(name)) return hiddenWords;
  return withoutSecrets(value.length > longestValue ? `${value.slice(0, longestValue)}…` : value);
}

function Bytes({ sha256 }: { readonly sha256: string | undefined }) {
  if (sha256 === undefined) return <span class="muted"> digest not recorded</span>;
  return (
    <span class="muted">
      {" "}
      SHA-256 <Digest text={sha256} />
    </span>
  );
}

/** A file, or what an address led to. */
function hasBytes(attributes: ProvAttributes): boolean {
  return ["heddle:File", "heddle:Reference"].includes(textOf(attributes["prov:type"]) ?? "");
}
