import type { DeployDocument, DeployPageView, DeployTyped, Understood } from "../../domain/documents/deploy.ts";
import { deployNames, pickedWords } from "../form/deploy-words.ts";
import { firstLine } from "../form/drawn.ts";
import { sketchOf } from "../form/text-sketch.ts";
import { WholeDocument } from "../shared/document.tsx";
import { Layout } from "../shared/layout.tsx";
import { Opening } from "../shared/opening.tsx";
import { type Page, type PageFrame, policyOf, scriptUrl } from "../shared/page.ts";
import { isListed, ToldFaults } from "../shared/told-faults.tsx";
import { UnderstoodView } from "./understood.tsx";

/** What the fields of the form are called, where faults name them too. */
export const deployTitles = {
  id: "Id",
  workflow: "Which process of a document that has several",
  start: "Which file of several",
  version: "Version",
  replaces: "Replace the process that has this id",
} as const;

/** Where processes are deployed by a page. */
export const deployPath = "/_/deploy";

const script = "deploy";

/** The field of the package, to which faults lead. */
const textId = "package-text";

/** Builds the page that deploys a process: what was understood of a package is shown before anything is deployed. */
export function deployPage(view: DeployPageView): Page<DeployDocument> {
  return {
    policy: (frame) => policyOf({ sendsForms: true, scripts: scriptUrl(frame, script) }),
    render: (frame, document) =>
      `<!doctype html>${(
        <Layout {...frame} script={scriptUrl(frame, script)}>
          <p>
            A process is made of CWL: a tool or a workflow. Paste it, choose its files, or say where it is. Nothing is
            deployed before you have seen what was understood.
          </p>
          {view.refusal === undefined ? <DeployForm view={view} frame={frame} /> : <p class="notice">{view.refusal}</p>}
          <ul>
            {document.links.map(({ href, rel, title }) => (
              <li>
                <a href={href} rel={rel}>
                  {title ?? rel}
                </a>
              </li>
            ))}
            <li>
              <a href={frame.jsonUrl} rel="alternate" type="application/json">
                As JSON
              </a>
            </li>
          </ul>
          <WholeDocument document={document} />
        </Layout>
      )}`,
  };
}

function DeployForm({ view, frame }: { readonly view: DeployPageView; readonly frame: PageFrame }) {
  const { typed, problem, understood, keeping, newVersionOf } = view;
  const mayGoOn = understood !== undefined && canDeploy(understood);
  const wrong = problem?.faults.map(({ pointer }) => pointer) ?? [];
  return (
    <form
      method="post"
      action={`${frame.baseUrl}${deployPath}`}
      enctype="multipart/form-data"
      class="form"
      data-user={keeping.user}
      data-drafts={keeping.drafts}
      data-filled={newVersionOf === undefined ? undefined : "true"}
      data-again={problem === undefined && understood === undefined ? undefined : "true"}
    >
      {problem === undefined ? null : (
        <div tabindex={-1} autofocus={!wrong.includes(idPointer)}>
          <div class="notice notice-bad" role="alert" data-since="Changed since: Look says what is left.">
            <p>
              {problem.message}
              <Opening texts={[problem.message, ...problem.faults.map(({ detail }) => detail)]} frame={frame} />
            </p>
            {problem.faults.length < 2 && !problem.faults.some(isListed) ? null : (
              <ToldFaults faults={problem.faults} within={{ text: typed.text, fieldId: textId }} />
            )}
          </div>
        </div>
      )}
      {understood === undefined ? null : <UnderstoodView understood={understood} isNew={problem === undefined} />}
      <Sources typed={typed} isUnderstood={understood?.isKept === true} />
      <Wishes typed={typed} wrong={wrong} understood={understood} />
      <p class={mayGoOn ? "actions actions-stay" : "actions"}>
        <button type="submit" name={deployNames.doing} value="look" class={mayGoOn ? undefined : "button-main"}>
          {mayGoOn ? "Look again" : "Look"}
        </button>
        {mayGoOn ? <DeployButton understood={understood} /> : null}
      </p>
      <p class="muted">Look deploys nothing, and neither does Enter in a field: it looks.</p>
    </form>
  );
}

function DeployButton({ understood }: { readonly understood: Understood }) {
  return (
    <button type="submit" name={deployNames.doing} value="deploy" class="button-main">
      {understood.replaced === undefined ? "Deploy" : "Replace"}
    </button>
  );
}

/** The ways by which a package comes: below a heading while it is wanted, folded up once it was understood. */
function Sources({ typed, isUnderstood }: { readonly typed: DeployTyped; readonly isUnderstood: boolean }) {
  if (!isUnderstood) {
    return (
      <section class="extras">
        <h2>The package</h2>
        <Ways typed={typed} />
      </section>
    );
  }
  return (
    <details class="extras">
      <summary>Change the package</summary>
      <Ways typed={typed} />
    </details>
  );
}

function Ways({ typed }: { readonly typed: DeployTyped }) {
  return (
    <>
      <label class="field">
        <span>Paste CWL, or an application package, as YAML or JSON</span>
        <textarea id={textId} name={deployNames.text} rows={typed.text === "" ? 8 : 16} class="code" spellcheck={false}>
          {firstLine(typed.text)}
        </textarea>
      </label>
      <label class="field">
        <span>or choose its files: one, several, or an archive (zip, tar)</span>
        <input type="file" name={deployNames.files} multiple={true} />
        <span class="muted">Chosen files count, not the text above.</span>
      </label>
      <Picked typed={typed} />
      <label class="field">
        <span>or its folder</span>
        <input type="file" name={deployNames.folder} multiple={true} {...{ webkitdirectory: "" }} />
      </label>
      <label class="field">
        <span>or give its address</span>
        <input type="url" name={deployNames.href} value={typed.href} placeholder="https://example.org/tool.cwl" />
        <span class="muted">CWL, or a process of another server (OGC API - Processes or WPS)</span>
      </label>
    </>
  );
}

/** A browser does not keep files when a page comes again. */
function Picked({ typed: { picked, text, sketch } }: { readonly typed: DeployTyped }) {
  const [first, ...others] = picked;
  if (first === undefined) return null;
  if (others.length > 0 || text === "") {
    return (
      <p class="notice">{`You chose ${picked.join(", ")}. A browser keeps no files: choose ${others.length > 0 ? "them" : "it"} again.`}</p>
    );
  }
  return (
    <p class="notice" data-picked={true}>
      <input type="hidden" name={deployNames.picked} value={first} />
      <input type="hidden" name={deployNames.sketch} value={sketch ?? sketchOf(text)} />
      {pickedWords(first)}
    </p>
  );
}

/** As faults name the fields. */
const titlesOfWishes = [deployTitles.id, deployTitles.workflow, deployTitles.start].map((title) => `"${title}"`);

/** Whoever comes back after a fault of the id begins in its field, and else at what is told. */
const idPointer = "/id";

type WishesProps = {
  readonly typed: DeployTyped;
  readonly wrong: readonly string[];
  readonly understood: Understood | undefined;
};

function Wishes({ typed, wrong, understood }: WishesProps) {
  const { id, workflow, start, version, replaces } = typed;
  const wantsId = wrong.includes(idPointer);
  const isWrong = wrong.some((pointer) => pointer.endsWith("id") || titlesOfWishes.includes(pointer));
  return (
    <details class="extras" open={[id, workflow, start, version].some((text) => text !== "") || replaces || isWrong}>
      <summary>More: its id, its version, which process, replacing one</summary>
      <label class="field">
        <span>{`${deployTitles.id}; as the package says when empty`}</span>
        <input type="text" name={deployNames.id} value={id} autofocus={wantsId} />
      </label>
      <label class="field">
        <span>{`${deployTitles.version}; ${versionHint(understood)}`}</span>
        <input
          type="text"
          name={deployNames.version}
          value={version}
          maxlength={maxVersion}
          placeholder={understood?.description.version}
        />
      </label>
      <label class="field">
        <span>{deployTitles.workflow}</span>
        <input type="text" name={deployNames.workflow} value={workflow} />
      </label>
      <label class="field">
        <span>{`${deployTitles.start}, such as main.cwl`}</span>
        <input type="text" name={deployNames.start} value={start} />
      </label>
      <label class="choice">
        <input type="checkbox" name={deployNames.replaces} value="true" checked={replaces} />
        <span>{deployTitles.replaces}</span>
      </label>
    </details>
  );
}

/** Characters of a version that is typed. */
const maxVersion = 100;

/** Says which version it becomes when nobody types one. */
function versionHint(understood: Understood | undefined): string {
  const usual = "when empty, as the package says, else by what changed since the last one";
  if (understood === undefined || understood.isSame) return usual;
  return understood.saysVersion ? usual : `${understood.description.version} when empty`;
}

function canDeploy({ isKept, isSame }: Understood): boolean {
  return isKept && !isSame;
}
