import type { SpaceDocument } from "../domain/documents/system.ts";
import { Fold, processPath, User } from "./parts.tsx";
import { RecordTable } from "./record-table.tsx";
import { shortId, sizeText } from "./words.ts";

type Shown = { readonly space: SpaceDocument; readonly baseUrl: string };

/** Where the space goes: by user, by process, and the jobs whose results take most. */
export function Space({ space, baseUrl }: Shown) {
  return (
    <Fold id="space" heading="Where the space goes">
      <p>
        {"Results and uploads, as they were counted when they were written. "}
        <a href={`${baseUrl}/uploads?sort=size&f=html`}>The largest uploads</a>
      </p>
      <Users space={space} baseUrl={baseUrl} />
      {space.jobs.length === 0 ? null : (
        <>
          <p class="muted">{`Of the newest ${space.newest} jobs:`}</p>
          <Processes space={space} baseUrl={baseUrl} />
          <Jobs space={space} baseUrl={baseUrl} />
        </>
      )}
    </Fold>
  );
}

function Users({ space: { users }, baseUrl }: Shown) {
  if (users.length === 0) return <p>Nobody keeps results or uploads in files.</p>;
  return (
    <RecordTable label="Space by user">
      <table>
        <thead>
          <tr>
            <th scope="col">User</th>
            <th scope="col">Results</th>
            <th scope="col">Uploads</th>
          </tr>
        </thead>
        <tbody>
          {users.map(({ user, client, outputBytes, uploadBytes }) => (
            <tr>
              <td>{user === undefined ? client : <User name={user} baseUrl={baseUrl} />}</td>
              <td class="nowrap">{sizeText(outputBytes)}</td>
              <td class="nowrap">
                {user === undefined || uploadBytes === 0 ? (
                  sizeText(uploadBytes)
                ) : (
                  <a href={`${baseUrl}/uploads?user=${encodeURIComponent(user)}&sort=size&f=html`}>
                    {sizeText(uploadBytes)}
                  </a>
                )}
              </td>
            </tr>
          ))}
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
            <th scope="col">Results</th>
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
            <th scope="col">Results</th>
            <th scope="col">Process</th>
            <th scope="col">User</th>
          </tr>
        </thead>
        <tbody>
          {jobs.map(({ jobID, processID, user, outputBytes }) => (
            <tr>
              <td>
                <a href={`${baseUrl}/jobs/${encodeURIComponent(jobID)}?f=html`} title={jobID}>
                  <code>{shortId(jobID)}</code>
                </a>
              </td>
              <td class="nowrap">{sizeText(outputBytes)}</td>
              <td>{processID}</td>
              <td>
                {user === undefined ? (
                  <span class="muted">nobody signed in</span>
                ) : (
                  <User name={user} baseUrl={baseUrl} />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </RecordTable>
  );
}
