import type { JobWork } from "../../domain/documents/system.ts";
import { Badge, Time, User } from "../shared/parts.tsx";
import { RecordTable } from "../shared/record-table.tsx";
import { shortId, sizeText } from "../shared/words.ts";

type WorksProps = {
  readonly works: readonly JobWork[];
  readonly measured: string | undefined;
  readonly baseUrl: string;
};

/** Whose the largest work directories are. */
export function Works({ works, measured, baseUrl }: WorksProps) {
  return (
    <>
      <p>
        {"The jobs with the largest work directories"}
        {measured === undefined ? null : (
          <>
            {", measured "}
            <Time at={measured} />
          </>
        )}
        {
          ". To free the space at once, cancel one that runs; the work of one that failed is removed a day after its end."
        }
      </p>
      <RecordTable label="The largest work directories">
        <table>
          <thead>
            <tr>
              <th scope="col">Job</th>
              <th scope="col">State</th>
              <th scope="col">Filled on the disk</th>
              <th scope="col">User</th>
            </tr>
          </thead>
          <tbody>
            {works.map(({ bytes, status, ...job }) => (
              <tr>
                <td>
                  <JobName job={job} baseUrl={baseUrl} />
                </td>
                <td>
                  <Badge status={status} />
                </td>
                <td class="nowrap">{sizeText(bytes)}</td>
                <td>
                  <Owner user={job.user} baseUrl={baseUrl} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </RecordTable>
    </>
  );
}

type Named = { readonly jobID: string; readonly processID: string };

/** Names a job by its process and its shortened id, with the way to it. */
export function JobName({ job: { jobID, processID }, baseUrl }: { readonly job: Named; readonly baseUrl: string }) {
  return (
    <a href={`${baseUrl}/jobs/${encodeURIComponent(jobID)}?f=html`} title={jobID}>
      {processID}, <code>{shortId(jobID)}</code>
    </a>
  );
}

/** Names the user of a job. */
export function Owner({ user, baseUrl }: { readonly user: string | undefined; readonly baseUrl: string }) {
  return user === undefined ? <span class="muted">nobody signed in</span> : <User name={user} baseUrl={baseUrl} />;
}
