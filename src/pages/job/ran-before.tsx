import type { JobView } from "../../domain/documents/job-view.ts";
import { Time } from "../shared/parts.tsx";
import { shortId } from "../shared/words.ts";

/** Says which job made what another one took from the cache, or that the same was run before: its results are there already. */
export function Before({ view: { cachedFrom, twin } }: { readonly view: JobView }) {
  if (cachedFrom !== undefined && cachedFrom.length > 0) return <CachedFrom jobs={cachedFrom} />;
  if (twin === undefined) return null;
  return (
    <p class="on-screen">
      {"You ran this with the same inputs before: "}
      <a href={twin.url}>
        job <code>{shortId(twin.id)}</code>
      </a>
      {", which ended "}
      <Time at={twin.finished} />
      {". Its results are there."}
    </p>
  );
}

function CachedFrom({ jobs }: { readonly jobs: NonNullable<JobView["cachedFrom"]> }) {
  return (
    <p class="on-screen">
      {"No tool ran for it: its steps were taken from the cache, where "}
      {jobs.map(({ id, url }, at) => (
        <>
          {at === 0 ? "" : ", "}
          {url === undefined ? (
            <>
              job <code>{shortId(id)}</code>
            </>
          ) : (
            <a href={url}>
              job <code>{shortId(id)}</code>
            </a>
          )}
        </>
      ))}
      {" left them."}
    </p>
  );
}
