import type { ProvAttributes, ProvDocument, ProvKind, ProvRecords, ProvValue } from "../domain/documents/provenance.ts";
import { hiddenWords, looksSecret, withoutSecrets } from "../domain/secret-names.ts";
import { shortTimeText } from "../domain/spans.ts";
import { WholeDocument } from "./document.tsx";
import { Layout } from "./layout.tsx";
import { type Page, policyOf, scriptUrl } from "./page.ts";
import { Size, Time } from "./parts.tsx";
import { softwareWords } from "./program-words.ts";
import { Formats, fileName, type ProvenancePlace } from "./provenance-formats.tsx";
import { RecordTable } from "./record-table.tsx";

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
          <Activities document={document} />
          <h2>For programs</h2>
          <Formats frame={frame} jobUrl={jobUrl} parts={parts} />
          <WholeDocument document={document} />
        </Layout>
      )}`,
  };
}

function Activities({ document }: { readonly document: ProvDocument }) {
  const { activity = {}, entity = {}, agent = {} } = document;
  const started = Object.entries(activity).toSorted(([, one], [, other]) => startOf(one) - startOf(other));
  const first = startOf(started[0]?.[1] ?? {});
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
          {started.map(([name, attributes]) => (
            <tr>
              <th scope="row">
                <Activity attributes={attributes} first={first} />
              </th>
              <td>
                <Others
                  of={document.used}
                  own="prov:activity"
                  name={name}
                  other="prov:entity"
                  among={entity}
                  members={document.hadMember}
                />
              </td>
              <td>
                <Others
                  of={document.wasGeneratedBy}
                  none={noneMade(attributes, document)}
                  own="prov:activity"
                  name={name}
                  other="prov:entity"
                  among={entity}
                  members={document.hadMember}
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
                <Plan of={document.wasAssociatedWith} name={name} among={entity} />
                {isOwnProgram(name, attributes, document) ? (
                  <p class="muted">{`${ownProgram} Its software: ${softwareWords(textsOf(attributes["heddle:software"]))}.`}</p>
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </RecordTable>
  );
}

const ownProgram = "A program of the machine ran. No image was used, even if the package names one.";

/** Tells whether a tool ran, and in no image. */
function isOwnProgram(name: string, attributes: ProvAttributes, { used = {} }: ProvDocument): boolean {
  const isImage = (one: ProvAttributes) => one["prov:activity"] === name && textOf(one["prov:role"]) === "image";
  const hasRun = textOf(attributes["prov:type"]) === "heddle:Tool" && attributes["heddle:fromCache"] === undefined;
  return hasRun && !Object.values(used).some(isImage);
}

/** A job, or a workflow in it, makes by its steps what it makes. */
function noneMade(attributes: ProvAttributes, { wasGeneratedBy = {} }: ProvDocument): string {
  const isAround = ["heddle:Job", "heddle:Workflow"].includes(textOf(attributes["prov:type"]) ?? "");
  return isAround && Object.keys(wasGeneratedBy).length > 0 ? "what its steps made" : "nothing";
}

/** Milliseconds since 1970; what has not begun stands last. */
function startOf(attributes: ProvAttributes): number {
  const start = textOf(attributes["prov:startTime"]);
  return start === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(start);
}

/** `first` is when the first one began, in milliseconds since 1970: steps follow each other within parts of a second. */
function Activity({ attributes, first }: { readonly attributes: ProvAttributes; readonly first: number }) {
  const [label, start, end] = ["prov:label", "prov:startTime", "prov:endTime"].map((name) => textOf(attributes[name]));
  const after = startOf(attributes) - first;
  const ready = textOf(attributes["heddle:ready"]);
  const waited = ready === undefined ? 0 : startOf(attributes) - Date.parse(ready);
  return (
    <>
      {label === "main" ? "the tool" : label}
      {start === undefined ? null : (
        <p class="muted">
          <Time at={start} />
          {after > 0 ? `, ${secondsText(after)} after the first` : ""}
          {waited > 0 ? `, had waited ${secondsText(waited)} to start` : ""}
          {end === undefined ? "" : `, took ${secondsText(Date.parse(end) - Date.parse(start))}`}
        </p>
      )}
    </>
  );
}

/** To the millisecond below a minute. */
function secondsText(milliseconds: number): string {
  return milliseconds < 60_000 ? `${(milliseconds / 1000).toFixed(3)} s` : shortTimeText(milliseconds / 1000);
}

/** The process that an activity was one of, with the digest of its revision, as the page of its revisions names it. */
function Plan({
  of = {},
  name,
  among,
}: {
  readonly of: ProvDocument[ProvKind];
  readonly name: string;
  readonly among: ProvRecords;
}) {
  const plans = Object.values(of)
    .filter((one) => one["prov:activity"] === name)
    .map((one) => among[textOf(one["prov:plan"]) ?? ""])
    .filter((plan) => plan !== undefined);
  if (plans.length === 0) return null;
  return (
    <ul>
      {plans.map((plan) => (
        <li>
          {[textOf(plan["prov:label"]), ...versionWords(plan)].join(", ")}{" "}
          <Digest text={textOf(plan["heddle:revision"])} />
        </li>
      ))}
    </ul>
  );
}

function versionWords(plan: ProvAttributes): readonly string[] {
  const version = textOf(plan["heddle:version"]);
  return version === undefined ? [] : [`version ${version}`];
}

/** All of it stands there, and a press takes it. */
function Digest({ text }: { readonly text: string | undefined }) {
  return text === undefined ? null : <code class="digest">{text}</code>;
}

/** The relations that have `own` at the one end, each with the element at the `other`. */
function Others({
  of = {},
  own,
  name,
  other,
  among,
  members = {},
  none = "nothing",
}: {
  readonly of: ProvDocument[ProvKind];
  readonly own: string;
  readonly name: string;
  readonly other: string;
  readonly among: ProvRecords;
  /** What is in collections, such as directories. */
  readonly members?: ProvRecords | undefined;
  /** What is said where there is no relation. */
  readonly none?: string;
}) {
  const relations = Object.values(of).filter((one) => one[own] === name);
  if (relations.length === 0) return <span class="muted">{none}</span>;
  return (
    <ul>
      {relations.map((one) => (
        <li>
          <Element attributes={among[textOf(one[other]) ?? ""] ?? {}} role={textOf(one["prov:role"])} />
          <Inside name={textOf(one[other])} among={among} members={members} />
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
  return <> {sha256 === undefined ? <span class="muted">digest not recorded</span> : <Digest text={sha256} />}</>;
}

/** A file, or what an address led to. */
function hasBytes(attributes: ProvAttributes): boolean {
  return ["heddle:File", "heddle:Reference"].includes(textOf(attributes["prov:type"]) ?? "");
}

function textsOf(value: ProvValue | readonly ProvValue[] | undefined): readonly string[] {
  return (Array.isArray(value) ? value : [value]).flatMap((one) => textOf(one) ?? []);
}

function textOf(value: ProvValue | readonly ProvValue[] | undefined): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "object" && "$" in value ? value.$ : undefined;
}
