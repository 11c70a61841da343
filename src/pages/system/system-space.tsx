import type { SpaceDocument, SystemDocument } from "../../domain/documents/system.ts";
import { runPeriods } from "../../domain/figures/run-period.ts";
import { areaWords } from "../../domain/figures/space.ts";
import { durationText } from "../../domain/words/spans.ts";
import { sizesAlike } from "../shared/one-unit.ts";
import { Choice, Fold, processPath, Time, User, Wide } from "../shared/parts.tsx";
import { RecordTable } from "../shared/record-table.tsx";
import { sizeText } from "../shared/words.ts";
import { JobName, Owner, Works } from "./system-work.tsx";

type Shown = { readonly space: SpaceDocument; readonly baseUrl: string };

/** Where the space goes: by what the files are, and for who may see all jobs by user, by process, and the jobs whose results take most. */
export function Space({
  document,
  baseUrl,
}: {
  readonly document: Pick<SystemDocument, "files" | "disk" | "space">;
  readonly baseUrl: string;
}) {
  return (
    <Fold id="space" heading="Where the space goes">
      <div data-part="files">
        <Files document={document} />
      </div>
      {document.space?.work === undefined || document.space.work.length === 0 ? null : (
        <div data-part="work">
          <Works works={document.space.work} measured={document.files?.measured} baseUrl={baseUrl} />
        </div>
      )}
      {document.space === undefined ? null : <Whose space={document.space} baseUrl={baseUrl} />}
    </Fold>
  );
}

/** All that the service keeps, by what it is, with the sum; what is empty is left out. */
function Files({ document: { files, disk } }: { readonly document: Pick<SystemDocument, "files" | "disk"> }) {
  if (files === undefined)
    return <p role="status">The files are being counted: look again in a moment (Refresh, above).</p>;
  const { measured, areas, totalBytes, isWhole, unread } = files;
  return (
    <>
      <p>
        {"What this service keeps, and how much of the disk it fills, measured "}
        <Time at={measured} />
        {". It is measured anew when somebody looks a minute later, and when the work of a job is gone."}
      </p>
      <dl class="muted">
        <dt>Filled on the disk</dt>
        <dd>
          What is free again when these files go. A disk gives out whole blocks, often of 4 kB: a file of one byte fills
          one. A file that has two names fills it once.
        </dd>
        <dt>Size of the files</dt>
        <dd>The sizes of all files added up, as a list of files shows them. What a user may keep is counted so.</dd>
      </dl>
      {isWhole && unread === 0 ? null : (
        <p class="notice">
          {isWhole
            ? `There is more: tools left ${unread} ${unread === 1 ? "file or directory" : "files or directories"} that the service may not look at.`
            : "There is more: only the first 500,000 files and directories are counted."}
        </p>
      )}
      {/* Three short columns fit on a small screen, where a card for each row would take several of them. */}
      <Wide label="Space by what it is">
        <table class="table tight-table">
          <thead>
            <tr>
              <th scope="col">Kind</th>
              <th scope="col">Filled on the disk</th>
              <th scope="col">Size of the files</th>
              <th scope="col">Files</th>
            </tr>
          </thead>
          <tbody>
            {areas
              .filter(({ bytes, files }) => bytes > 0 || files > 0)
              .map(({ area, bytes, contentBytes, files }) => (
                <tr>
                  <td>{areaWords[area]}</td>
                  <td class="nowrap">{sizeText(bytes)}</td>
                  <td class="nowrap">{sizeText(contentBytes)}</td>
                  <td>{files.toLocaleString("en")}</td>
                </tr>
              ))}
            <tr>
              <td>
                <b>All together</b>
              </td>
              <td class="nowrap">
                <b>{sizeText(totalBytes)}</b>
              </td>
              <td class="nowrap">{sizeText(areas.reduce((sum, area) => sum + area.contentBytes, 0))}</td>
              <td>{areas.reduce((sum, area) => sum + area.files, 0).toLocaleString("en")}</td>
            </tr>
          </tbody>
        </table>
      </Wide>
      {disksApart(disk).map(({ directory, freeBytes, totalBytes: all }) => (
        <p>
          {`Free on the disk of `}
          <code>{directory}</code>
          {`: ${sizeText(freeBytes)} of ${sizeText(all)}.`}
        </p>
      ))}
    </>
  );
}

/** A directory below another one mostly lies on the same disk: that is told once. */
function disksApart(disk: SystemDocument["disk"]): SystemDocument["disk"] {
  return disk.filter((one, at) =>
    disk
      .slice(0, at)
      .every((other) => other.totalBytes !== one.totalBytes || !one.directory.startsWith(`${other.directory}/`)),
  );
}

const periods = [
  ["7d", runPeriods["7d"]],
  ["30d", runPeriods["30d"]],
] as const;

function Whose({ space, baseUrl }: Shown) {
  return (
    <>
      <p>
        {
          "Who keeps most, the largest first: the size of the files of results with their logs, and of uploads. Jobs are those that ended in "
        }
        {periods.map(([name, { words, days }], at) => (
          <>
            {at === 0 ? "" : " or "}
            <Choice href={`${baseUrl}/_/system?f=html&period=${name}#space`} isChosen={days === space.days}>
              {words}
            </Choice>
          </>
        ))}
        {". "}
        <a href={`${baseUrl}/uploads?sort=size&f=html`}>The largest uploads</a>
      </p>
      <p class="muted">
        A job counts when it has ended, and an upload when all of it is there: until then their files are in the table
        above alone. Long values of results, which stand in no file of a result, count for their job, too.
      </p>
      <Users space={space} baseUrl={baseUrl} />
      {space.jobs.length === 0 ? null : (
        <>
          <p class="muted">{`Of the newest ${space.newest} jobs:`}</p>
          <Processes space={space} baseUrl={baseUrl} />
          <Jobs space={space} baseUrl={baseUrl} />
        </>
      )}
    </>
  );
}

/** What is kept, and was run, by those who are not told one by one. */
function othersOf({ users, total }: SpaceDocument): SpaceDocument["total"] {
  const left = (name: keyof SpaceDocument["total"]) =>
    Math.max(0, total[name] - users.reduce((sum, user) => sum + (user[name] ?? 0), 0));
  const [outputBytes, uploadBytes] = [left("outputBytes"), left("uploadBytes")];
  const runs = { jobs: left("jobs"), failed: left("failed"), runSeconds: left("runSeconds") };
  return { outputBytes, uploadBytes, bytes: outputBytes + uploadBytes, ...runs };
}

function SumRow({ words, sum }: { readonly words: string; readonly sum: SpaceDocument["total"] }) {
  const sizeWords = sizesAlike([sum.outputBytes, sum.uploadBytes, sum.bytes]);
  return (
    <tr>
      <td>{words}</td>
      <td class="nowrap">{sizeWords(sum.outputBytes)}</td>
      <td class="nowrap">{sizeWords(sum.uploadBytes)}</td>
      <td class="nowrap">{sizeWords(sum.bytes)}</td>
      <td>{sum.jobs.toLocaleString("en")}</td>
      <td>{sum.failed.toLocaleString("en")}</td>
      <td class="nowrap">{durationText(sum.runSeconds)}</td>
    </tr>
  );
}

function Users({ space, baseUrl }: Shown) {
  const { users, total } = space;
  const others = othersOf(space);
  if (users.length === 0) return <p>Nobody keeps results or uploads in files, and no job ended in this time.</p>;
  return (
    <RecordTable label="Space and jobs by user">
      <table>
        <thead>
          <tr>
            <th scope="col">User</th>
            <th scope="col">Results, logs</th>
            <th scope="col">Uploads</th>
            <th scope="col">Space together</th>
            <th scope="col">Jobs</th>
            <th scope="col">Failed</th>
            <th scope="col">Run time</th>
          </tr>
        </thead>
        <tbody>
          {users.map(({ user, client, outputBytes, uploadBytes, bytes, jobs, failed, runSeconds }) => {
            const words = sizesAlike([outputBytes, uploadBytes, bytes]);
            return (
              <tr>
                <td>{user === undefined ? client : <User name={user} baseUrl={baseUrl} />}</td>
                <td class="nowrap">{words(outputBytes)}</td>
                <td class="nowrap">
                  {user === undefined || uploadBytes === 0 ? (
                    words(uploadBytes)
                  ) : (
                    <a href={`${baseUrl}/uploads?user=${encodeURIComponent(user)}&sort=size&f=html`}>
                      {words(uploadBytes)}
                    </a>
                  )}
                </td>
                <td class="nowrap">{words(bytes)}</td>
                {jobs === undefined ? (
                  <td colspan={3} class="muted">
                    counted with all that come without a key
                  </td>
                ) : (
                  <>
                    <td>{jobs.toLocaleString("en")}</td>
                    <td>{failed?.toLocaleString("en")}</td>
                    <td class="nowrap">{durationText(runSeconds ?? 0)}</td>
                  </>
                )}
              </tr>
            );
          })}
          {others.bytes === 0 && others.jobs === 0 ? null : <SumRow words="All others" sum={others} />}
          <SumRow words="All together" sum={total} />
        </tbody>
      </table>
    </RecordTable>
  );
}

function Processes({ space: { processes }, baseUrl }: Shown) {
  return (
    <RecordTable label="Space by process">
      <table>
        <thead>
          <tr>
            <th scope="col">Process</th>
            <th scope="col">Results, logs</th>
            <th scope="col">Jobs</th>
          </tr>
        </thead>
        <tbody>
          {processes.map((process) => (
            <tr>
              <td>
                <a href={`${processPath(process, baseUrl)}?f=html`}>{process.processID}</a>
                {process.providerID === undefined ? null : <span class="muted"> at {process.providerID}</span>}
              </td>
              <td class="nowrap">{sizeText(process.outputBytes)}</td>
              <td>{process.jobs}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </RecordTable>
  );
}

function Jobs({ space: { jobs }, baseUrl }: Shown) {
  return (
    <RecordTable label="The largest jobs">
      <table>
        <thead>
          <tr>
            <th scope="col">Job</th>
            <th scope="col">Results, logs</th>
            <th scope="col">User</th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <tr>
              <td>
                <JobName job={job} baseUrl={baseUrl} />
              </td>
              <td class="nowrap">{sizeText(job.outputBytes)}</td>
              <td>
                <Owner user={job.user} baseUrl={baseUrl} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </RecordTable>
  );
}
