import type { Understood } from "../../domain/documents/deploy.ts";
import type { VersionStep } from "../../domain/processes/version-step.ts";
import { LineDifference } from "../comparison/difference.tsx";
import { Told } from "../job/program-talk.tsx";
import { Graph } from "../processes/graph.tsx";
import { DescribedTable } from "../processes/process-tables.tsx";
import { Replacement } from "../processes/replacement.tsx";
import { Markdown } from "../shared/markdown.tsx";
import { keywordWords, Said } from "../shared/said.tsx";

const stepWords: Readonly<Record<VersionStep["kind"], string>> = {
  major: "the first number goes up",
  minor: "the second number goes up",
  patch: "the last number goes up",
};

/** Words what a package would do to what is deployed. */
function placeWords({ replaced, isSame, saysVersion, description, step }: Understood): string {
  if (replaced === undefined) {
    return saysVersion
      ? ", a new process."
      : `, a new process. No version is named: it becomes ${description.version}.`;
  }
  if (isSame) return ": the same as what is deployed. There is nothing to replace.";
  const place = `, in the place of version ${replaced.description.version}.`;
  if (saysVersion || step === undefined) return place;
  return `${place} The package says no version: ${stepWords[step.kind]}, because ${step.why}. Say another one under “More” below.`;
}

/** What a package was understood as, before anything is deployed. */
export function UnderstoodView({ understood, isNew }: { readonly understood: Understood; readonly isNew: boolean }) {
  const { description, warnings, others, graph, isKept, isSame, replaced, lines, files } = understood;
  return (
    <section class="card" role="status">
      <h2 tabindex={-1} autofocus={isNew}>{`Understood: ${description.title ?? description.id}`}</h2>
      <p>
        <code>{description.id}</code> version {description.version}
        {placeWords(understood)}
        <Said metadata={description.metadata} />
        {keywordWords(description)}
      </p>
      {description.description === undefined ? null : <Markdown text={description.description} />}
      {isKept ? null : (
        <p class="notice">
          Its files could not be kept as one text, because a step runs a deployed process. Paste it as one text, or use{" "}
          <code>heddle deploy</code>.
        </p>
      )}
      {warnings.length === 0 ? null : (
        <div class="notice">
          <h3>You should know</h3>
          <ul>
            {warnings.map((warning) => (
              <li>
                <strong>Warning:</strong> <Told text={warning} />
              </li>
            ))}
          </ul>
        </div>
      )}
      {replaced === undefined || isSame ? null : <Replacement before={replaced} after={understood} />}
      {lines === undefined ? null : (
        <details>
          <summary>Line by line</summary>
          <p class="muted">Lines of what is deployed have -, lines of this package have +.</p>
          <LineDifference {...lines} />
        </details>
      )}
      {others.length === 0 || replaced !== undefined ? null : (
        <p>{`The document also has: ${others.join(", ")}. Name one below to deploy it instead.`}</p>
      )}
      {files === undefined ? null : <FilesView {...files} />}
      <h3>Inputs</h3>
      <DescribedTable described={description.inputs} />
      <h3>Outputs</h3>
      <DescribedTable described={description.outputs} />
      {graph === undefined ? null : (
        <>
          <h3>Workflow</h3>
          <Graph nodes={graph} />
        </>
      )}
    </section>
  );
}

/** Lists which files a package is made of: what it does not name does not come along. */
function FilesView({ taken, left }: NonNullable<Understood["files"]>) {
  const all = taken.length + left.length;
  return (
    <details>
      <summary>{`Made of ${taken.length} of ${all} ${all === 1 ? "file" : "files"}`}</summary>
      <p>Taken into one document, because it is the package or the package names it:</p>
      <FileNames names={taken} />
      {left.length === 0 ? null : (
        <>
          <p>Left out, because nothing of the package names it:</p>
          <FileNames names={left} />
        </>
      )}
    </details>
  );
}

/** More are counted. */
const mostFiles = 100;

function FileNames({ names }: { readonly names: readonly string[] }) {
  const more = names.length - mostFiles;
  return (
    <ul>
      {names.slice(0, mostFiles).map((name) => (
        <li>
          <code>{name}</code>
        </li>
      ))}
      {more > 0 ? <li>{`and ${more} more`}</li> : null}
    </ul>
  );
}
