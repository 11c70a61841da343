import type { JobView } from "../../domain/documents/job-view.ts";
import { Badge, Time } from "../shared/parts.tsx";
import { shortId } from "../shared/words.ts";

/** Shows the ways to the comparisons with the last runs of the same process. */
export function OtherRuns({ others }: { readonly others: NonNullable<JobView["others"]> }) {
  if (others.length === 0) return null;
  return (
    <>
      <h2 class="on-screen">Compare with another run</h2>
      <ul class="on-screen">
        {others.map(({ compareUrl, id, status, created, title, line }) => (
          <li>
            <a href={compareUrl}>
              Compare with <Time at={created} />
            </a>{" "}
            <code>{shortId(id)}</code> <Badge status={status} /> {title}
            {line === undefined ? null : <span class="run-inputs">{line}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}
