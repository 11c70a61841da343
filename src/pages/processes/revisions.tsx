import type { RevisionDocument, RevisionListDocument, RevisionsView } from "../../domain/documents/revisions.ts";
import { versionWithDigest } from "../../domain/jobs/short-id.ts";
import { LineDifference } from "../comparison/difference.tsx";
import { WholeDocument } from "../shared/document.tsx";
import { Layout } from "../shared/layout.tsx";
import { type Page, type PageFrame, policyOf, scriptUrl } from "../shared/page.ts";
import { Time } from "../shared/parts.tsx";
import { RecordHead, RecordTable } from "../shared/record-table.tsx";
import { Replacement } from "./replacement.tsx";
import { ChangeButtons, ChangeForms } from "./revision-changes.tsx";

const script = "local-times";

/** Builds the page of the revisions of a process: when each was deployed, and what differs between two of them. */
export function revisionsPage(view: RevisionsView): Page<RevisionListDocument> {
  return {
    policy: (frame) => policyOf({ sendsForms: true, scripts: scriptUrl(frame, script) }),
    render: (frame, document) =>
      `<!doctype html>${(
        <Layout {...frame} script={scriptUrl(frame, script)} told={toldOf(frame, document)}>
          {view.isDeployed ? (
            <p>
              <a href={`${processPathOf(frame, view)}?f=html`}>{view.processId}</a> runs the revision that stands as
              current. Another one that is deployed runs by its own address, which its version below leads to.
            </p>
          ) : (
            <p class="notice">
              {`Nobody can run ${view.processId} now: no revision of it is current.`}
              {view.mayChange ? " Go back to one below, or deploy a new one." : ""}
            </p>
          )}
          <Revisions document={document} view={view} frame={frame} />
          {view.mayChange ? (
            <ChangeForms url={`${processPathOf(frame, view)}/revisions`} isDeployed={view.isDeployed} />
          ) : null}
          {view.compared === undefined ? null : <Compared compared={view.compared} revisions={document.revisions} />}
          <p class="actions">
            {document.links
              .filter(({ rel }) => rel !== "self")
              .map(({ href, rel, title }) => (
                <a href={href} rel={rel}>
                  {title ?? rel}
                </a>
              ))}
            <a href={frame.jsonUrl} rel="alternate" type="application/json">
              As JSON
            </a>
          </p>
          <WholeDocument document={document} />
        </Layout>
      )}`,
  };
}

/** Whoever went to another revision is told which version runs now. */
function toldOf({ notice }: PageFrame, { revisions }: RevisionListDocument): string | undefined {
  const current = revisions.find(({ state }) => state === "current");
  if (notice !== "revision-restored" || current === undefined) return undefined;
  return `Done. Version ${current.version} runs from now on. Jobs that were there before keep theirs.`;
}

function processPathOf({ baseUrl }: PageFrame, { processId }: RevisionsView): string {
  return `${baseUrl}/processes/${encodeURIComponent(processId)}`;
}

/** A table whose rows can be chosen: what is sent stands in the address. */
function Revisions({
  document: { revisions },
  view,
  frame,
}: {
  readonly document: RevisionListDocument;
  readonly view: RevisionsView;
  readonly frame: PageFrame;
}) {
  const { audit, mayChange } = view;
  const mayCompare = view.mayCompare && revisions.length > 1;
  const usual = usualPair(revisions);
  const current = revisions.find(({ state }) => state === "current");
  const titles = [
    ...(mayCompare ? ["Old", "New"] : []),
    ...["Version", "State", "Deployed", "Digest"],
    ...(audit === undefined ? [] : ["Who"]),
  ];
  return (
    <form method="get" action={`${processPathOf(frame, view)}/revisions#difference`}>
      <input type="hidden" name="f" value="html" />
      <RecordTable label="Revisions">
        <table>
          <RecordHead titles={titles} hasActions={mayChange} />
          <tbody>
            {revisions.map((revision) => (
              <Row
                revision={revision}
                usual={usual}
                view={view}
                mayCompare={mayCompare}
                isNewer={isNewer(revision, current)}
              />
            ))}
          </tbody>
        </table>
      </RecordTable>
      {mayCompare ? <button type="submit">Compare</button> : null}
    </form>
  );
}

/** Who went back goes forward to what was deployed after the current one. */
function isNewer({ deployed }: RevisionDocument, current: RevisionDocument | undefined): boolean {
  return current !== undefined && Date.parse(deployed) > Date.parse(current.deployed);
}

/** The first two are ready to be compared: of them the one that was deployed first is the old one. */
function usualPair([first, second]: readonly RevisionDocument[]): Usual {
  if (first === undefined || second === undefined) return {};
  const isTurned = Date.parse(first.deployed) < Date.parse(second.deployed);
  return isTurned ? { old: first.revision, new: second.revision } : { old: second.revision, new: first.revision };
}

type Usual = { readonly old?: string; readonly new?: string };

function Row({
  revision: one,
  usual,
  view: { compared, audit, mayChange },
  mayCompare,
  isNewer,
}: {
  readonly revision: RevisionDocument;
  readonly isNewer: boolean;
  readonly usual: Usual;
  readonly view: RevisionsView;
  readonly mayCompare: boolean;
}) {
  const { version, revision, state, deployed, currentSince, withdrawn, links } = one;
  const isMeant = (named: string | undefined, usually: string | undefined) =>
    named === undefined ? usually === revision : named === revision || named === version;
  return (
    <tr id={state === "current" ? "current" : undefined}>
      {mayCompare ? (
        <>
          <Choice name="old" revision={revision} version={version} isChosen={isMeant(compared?.old, usual.old)} />
          <Choice name="new" revision={revision} version={version} isChosen={isMeant(compared?.new, usual.new)} />
        </>
      ) : null}
      <td>
        {links.map(({ href, rel }) => (
          <a href={`${href}?f=html`} rel={rel}>
            {version}
          </a>
        ))}
      </td>
      <td>
        {state === "withdrawn" ? "undeployed" : state}
        {withdrawn === undefined ? null : (
          <>
            {" on "}
            <Time at={withdrawn} />
          </>
        )}
        {currentSince === undefined || currentSince === deployed ? null : (
          <>
            {" since "}
            <Time at={currentSince} />
          </>
        )}
      </td>
      <td class="nowrap">
        <Time at={deployed} />
      </td>
      <td>
        <code class="digest">{revision}</code>
      </td>
      {audit === undefined ? null : (
        <td>
          <a href={audit.url}>{audit.userAt(deployed) ?? "Audit"}</a>
        </td>
      )}
      {mayChange ? <ChangeButtons {...one} isNewer={isNewer} /> : null}
    </tr>
  );
}

function Choice({
  name,
  revision,
  version,
  isChosen,
}: {
  readonly name: "old" | "new";
  readonly revision: string;
  readonly version: string;
  readonly isChosen: boolean;
}) {
  return (
    <td>
      <input type="radio" name={name} value={revision} checked={isChosen} aria-label={`${name} version ${version}`} />
    </td>
  );
}

function Compared({
  compared,
  revisions,
}: {
  readonly compared: NonNullable<RevisionsView["compared"]>;
  readonly revisions: RevisionListDocument["revisions"];
}) {
  const { difference } = compared;
  const versionOf = (name: string) => revisions.find(({ revision }) => revision === name)?.version ?? name;
  const isOneNumber = versionOf(compared.old) === versionOf(compared.new);
  const wordsOf = (name: string) =>
    isOneNumber && versionOf(name) !== name ? versionWithDigest(versionOf(name), name) : versionOf(name);
  return (
    <section id="difference">
      <h2>What differs</h2>
      <p class="muted">
        Version <code title={compared.old}>{wordsOf(compared.old)}</code> is old (-), version{" "}
        <code title={compared.new}>{wordsOf(compared.new)}</code> is new (+).
      </p>
      {typeof difference === "string" ? (
        <p class="notice notice-bad">{difference}</p>
      ) : (
        <>
          {difference.pair === undefined ? null : (
            <>
              <Replacement {...difference.pair} />
              <h3>Line by line</h3>
            </>
          )}
          <LineDifference {...difference.lines} />
        </>
      )}
    </section>
  );
}
