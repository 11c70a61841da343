import type { JobView } from "../../domain/documents/job-view.ts";
import { Time } from "../shared/parts.tsx";

/** Days for which results are shared where nobody says, and at most by the form. */
const usualDays = 7;
const mostDays = 3650;

type ShareProps = {
  readonly share: NonNullable<JobView["share"]>;
  /** The address of the job. */
  readonly url: string;
};

/** The form, folded up unless one of several results was asked for: with its sentence it is longer than a row of buttons. */
export function FoldedShareForm({ share, url }: ShareProps) {
  const isAsked = share.choices?.some(({ isChosen }) => !isChosen) === true;
  return (
    <details open={isAsked}>
      <summary>{share.until === undefined ? "Share the results" : "Share by a new address"}</summary>
      <ShareForm share={share} url={url} />
    </details>
  );
}

/** The form that shares the results of a job, or some where it has several: it says before the press what ends with it. */
function ShareForm({ share: { until, choices }, url }: ShareProps) {
  return (
    <form method="post" action={`${url}/share-form`} class="actions" id="share">
      {choices === undefined ? null : <Choices choices={choices} />}
      <label class="share-time">
        Share for{" "}
        <input type="number" name="days" min="1" max={mostDays} step="1" value={usualDays} class="share-days" /> days
      </label>
      <label class="share-time">
        or until the end of <input type="date" name="until" />
      </label>
      <span class="muted">
        Whoever has the address reads these results, their files, the inputs of the job and your name, without signing
        in.
      </span>
      {until === undefined ? null : <span class="muted">A new address ends the one that was given before.</span>}
      <button type="submit" class="button">
        {until === undefined ? "Share the results" : "Share by a new address"}
      </button>
    </form>
  );
}

function Choices({ choices }: { readonly choices: NonNullable<ShareProps["share"]["choices"]> }) {
  return (
    <fieldset>
      <legend>Results to share</legend>
      {/* A browser sends nothing of boxes of which none is ticked, and that is not all results. */}
      <input type="hidden" name="chooses" value="true" />
      <span>
        {choices.map(({ name, title, isChosen }) => (
          <label class="choice">
            <input type="checkbox" name="outputs" value={name} checked={isChosen} />
            <span>
              {name} {title === undefined ? null : <span class="muted">{title}</span>}
            </span>
          </label>
        ))}
      </span>
    </fieldset>
  );
}

/** Says what of a job is shared and until when, with the button that takes it back; nothing where it is not. */
export function SharedUntil({ share: { until, outputs }, url }: ShareProps) {
  if (until === undefined) return null;
  return (
    <form method="post" action={`${url}/unshare-form`} class="actions">
      <span>
        {outputs === undefined ? "The results are shared until " : `Shared: ${outputs.join(", ")}, until `}
        <Time at={until} />.
      </span>
      <button type="submit" class="button">
        Take the share back
      </button>
    </form>
  );
}

/** The way from one result to the form, where that result alone is ticked. */
export function ShareLink({ href, name }: { readonly href: string; readonly name: string }) {
  return (
    <a class="on-screen" href={href}>
      Share<span class="unseen"> {name}</span>
    </a>
  );
}
