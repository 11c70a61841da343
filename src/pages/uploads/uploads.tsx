import type { UploadDocument, UploadListDocument, UploadListView } from "../../domain/documents/upload.ts";
import { WholeDocument } from "../shared/document.tsx";
import { Layout } from "../shared/layout.tsx";
import { type Page, type PageFrame, policyOf, scriptUrl } from "../shared/page.ts";
import { Badge, Choice, Time } from "../shared/parts.tsx";
import { RecordHead, RecordTable } from "../shared/record-table.tsx";
import { sizeText } from "../shared/words.ts";
import { JobLink, Kept, NotRemoved } from "./kept-upload.tsx";

const script = "local-times";

/** Builds the page of uploads: what there is, till when, what uses it, and how more come. */
export function uploadListPage(view: UploadListView): Page<UploadListDocument> {
  return {
    policy: (frame) => policyOf({ sendsForms: true, scripts: scriptUrl(frame, script) }),
    render: (frame, document) =>
      `<!doctype html>${(
        <Layout {...frame} script={scriptUrl(frame, script)}>
          <p>
            Files for the inputs of jobs. An upload is kept for a day, and longer while a job that has not ended, or
            that failed and can be retried, reads it. One that a job read which is kept for good stays with the job.
          </p>
          {view.refused === undefined ? null : <NotRemoved upload={view.refused} />}
          <SendForm view={view} frame={frame} />
          {document.uploads.length === 0 ? null : <h2>Uploaded files</h2>}
          <Sums view={view} frame={frame} />
          {document.uploads.length === 0 ? (
            <Empty view={view} />
          ) : (
            <Table document={document} view={view} frame={frame} />
          )}
          <Next document={document} />
          <CommandLine view={view} />
          <WholeDocument document={document} jsonUrl={frame.jsonUrl} />
        </Layout>
      )}`,
  };
}

/** So many users are named with what their uploads take. */
const namedUsers = 20;

/** What all of them take, whose they are, and the ways to another order. */
function Sums({
  view: { sums, sort, user, hasUsers },
  frame: { baseUrl },
}: {
  readonly view: UploadListView;
  readonly frame: PageFrame;
}) {
  if (sums.length === 0) return null;
  const bytes = sums.reduce((sum, one) => sum + one.bytes, 0);
  const count = sums.reduce((sum, one) => sum + one.count, 0);
  const address = (query: Readonly<Record<string, string>>) =>
    `${baseUrl}/uploads?${new URLSearchParams({ ...query, f: "html" })}`;
  const ofUser: Readonly<Record<string, string>> = user === undefined ? {} : { user };
  const ordered: Readonly<Record<string, string>> = sort === "size" ? { sort } : {};
  const named = hasUsers && user === undefined ? sums.filter((one) => one.user !== undefined).slice(0, namedUsers) : [];
  return (
    <>
      <p>
        {`${count} ${count === 1 ? "upload" : "uploads"}${user === undefined ? "" : ` of ${user}`}, ${sizeText(bytes)}. `}
        {sort === "size" ? "The largest come first; " : "The newest come first; "}
        <a href={address(sort === "size" ? ofUser : { ...ofUser, sort: "size" })}>
          {sort === "size" ? "show the newest first" : "show the largest first"}
        </a>
        {user === undefined ? null : (
          <>
            {", "}
            <a href={address(ordered)}>show those of all</a>
          </>
        )}
      </p>
      {named.length === 0 ? null : (
        <p>
          {"By user: "}
          {named.map((one, at) => (
            <>
              {at === 0 ? "" : ", "}
              <a href={address({ ...ordered, user: one.user ?? "" })}>{one.user}</a>
              {` ${sizeText(one.bytes)}`}
            </>
          ))}
        </p>
      )}
    </>
  );
}

function Empty({ view: { isNameless, hasUsers, user } }: { readonly view: UploadListView }) {
  if (user !== undefined) return <p>{`There is no upload of ${user}.`}</p>;
  if (isNameless)
    return (
      <p>
        You came without a key, so this server cannot tell which uploads are yours. Each upload is used by the address
        that its answer gives.
      </p>
    );
  return <p>{hasUsers ? "Nobody has uploaded a file." : "You have uploaded no file."} Upload the first one above.</p>;
}

type Shown = {
  readonly document: UploadListDocument;
  readonly view: UploadListView;
  readonly frame: PageFrame;
};

function Table({ document: { uploads }, view, frame }: Shown) {
  return (
    <RecordTable label="Uploads">
      <table>
        <RecordHead
          titles={["File", "Size", ...(view.hasUsers ? ["User"] : []), "Uploaded", "Kept until", "Jobs that use it"]}
        />
        <tbody>
          {uploads.map((upload) => (
            <tr>
              <td class="prose breaks">
                <strong>{upload.name}</strong>
                <br />
                <span class="muted">{upload.mediaType}</span>
              </td>
              <td class="nowrap">{sizeText(upload.sizeBytes)}</td>
              {view.hasUsers ? (
                <td class="breaks narrow">
                  <Owner upload={upload} view={view} frame={frame} />
                </td>
              ) : null}
              <td>
                <Time at={upload.created} />
              </td>
              <td>
                <Kept upload={upload} />
              </td>
              <td class="breaks">
                <Jobs upload={upload} />
              </td>
              <td>
                <Use upload={upload} view={view} />
                <Download upload={upload} view={view} />
                <Remove upload={upload} frame={frame} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </RecordTable>
  );
}

function Owner({
  upload: { user },
  view,
  frame,
}: {
  readonly upload: UploadDocument;
  readonly view: UploadListView;
  readonly frame: PageFrame;
}) {
  if (user === undefined) return <span class="muted">nobody signed in</span>;
  return (
    <Choice href={`${frame.baseUrl}/uploads?${new URLSearchParams({ user, f: "html" })}`} isChosen={user === view.user}>
      {user}
    </Choice>
  );
}

function Jobs({ upload: { jobs } }: { readonly upload: UploadDocument }) {
  if (jobs.length === 0) return <span class="muted">none</span>;
  return (
    <ul class="plain">
      {jobs.map((job) => (
        <li>
          <JobLink job={job} /> <Badge status={job.status} />
        </li>
      ))}
    </ul>
  );
}

/** What stays for a job is not removed: the button would only be refused. */
function Remove({ upload, frame }: { readonly upload: UploadDocument; readonly frame: PageFrame }) {
  if (upload.held) return null;
  return (
    <form method="post" action={`${frame.baseUrl}/uploads/${encodeURIComponent(upload.id)}/remove-form`}>
      <button type="submit" class="button-danger" aria-label={`Remove the upload ${upload.name}`}>
        Remove
      </button>
    </form>
  );
}

/** A form of a process, with the file filled in. */
function Use({ upload, view }: { readonly upload: UploadDocument; readonly view: UploadListView }) {
  if (view.targets.length === 0 || !view.mayName(upload)) return null;
  return (
    <details>
      <summary>Use as input of…</summary>
      <ul>
        {view.targets.map(({ title, formOf }) => (
          <li>
            <a href={formOf(upload.href)}>{title}</a>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Its bytes are for its own user: others need its token. */
function Download({ upload, view }: { readonly upload: UploadDocument; readonly view: UploadListView }) {
  const bytes = upload.links.find(({ rel }) => rel === "enclosure");
  if (bytes === undefined || !view.mayRead(upload)) return null;
  return (
    <p>
      <a href={bytes.href} download={upload.name} aria-label={`Download ${upload.name}`}>
        Download
      </a>
    </p>
  );
}

function Next({ document: { links } }: { readonly document: UploadListDocument }) {
  const next = links.find(({ rel }) => rel === "next");
  if (next === undefined) return null;
  return (
    <p class="actions">
      <a class="button" rel="next" href={`${next.href}&f=html`}>
        More uploads
      </a>
    </p>
  );
}

/** Above the list, which may be long: to upload is what most come for. */
function SendForm({ view, frame }: { readonly view: UploadListView; readonly frame: PageFrame }) {
  return (
    <section>
      <h2>Upload a file</h2>
      <form method="post" action={`${frame.baseUrl}/uploads/form`} enctype="multipart/form-data" class="form">
        <label class="field">
          <span>File</span>
          <input type="file" name="file" required={true} />
          <small class="muted">{`At most ${sizeText(view.maxUploadBytes)}. The form of a process takes files, too.`}</small>
        </label>
        <p class="actions">
          <button type="submit" class="button-main">
            Upload
          </button>
        </p>
      </form>
    </section>
  );
}

function CommandLine({ view }: { readonly view: UploadListView }) {
  return (
    <section>
      <h2>Upload from a command line</h2>
      <p>FILE is the name of yours:</p>
      <pre class="code">{view.curl}</pre>
      <pre class="code">{view.command}</pre>
    </section>
  );
}
