import type { Child } from "hono/jsx";
import type { JobDocument } from "../../domain/documents/job.ts";
import type { JobStatus } from "../../domain/jobs/job-state.ts";
import { sizeText, statusSigns, statusWords, type TimeDetail, timeText } from "./words.ts";

/** A state by sign, word and colour; one that runs, but waits for room, looks as one that waits. `data-status` is that of the API. */
export function Badge({ status, isWaiting }: { readonly status: JobStatus; readonly isWaiting?: boolean }) {
  const shown = isWaiting === true ? "accepted" : status;
  return (
    <span class={`badge badge-${shown}`} data-status={status}>
      <span aria-hidden="true">{statusSigns[shown]}</span> {statusWords[shown]}
    </span>
  );
}

/** What is wrong with what was sent, above its form. */
export function Fault({ words }: { readonly words: string }) {
  return (
    <p class="notice notice-bad" role="alert">
      {words}
    </p>
  );
}

type TimeProps = {
  readonly at: string;
  readonly isPrecise?: boolean;
  /** It is known to about a minute only: no seconds are told. */
  readonly isRough?: boolean;
};

/** An instant, to the second, the millisecond or the minute; a script shows it in the time zone of its reader. */
export function Time({ at, isPrecise = false, isRough = false }: TimeProps) {
  const detail: TimeDetail | undefined = isRough ? "minutes" : isPrecise ? "milliseconds" : undefined;
  return (
    <time datetime={at} data-detail={detail}>
      {timeText(at, 0, detail)}
    </time>
  );
}

/** Two instants that lie nearer to each other are told in milliseconds. */
const nearMilliseconds = 10_000;

/** Tells whether two instants, in milliseconds since 1970, lie within seconds. */
export function areNear(one: number, other: number): boolean {
  return Math.abs(one - other) < nearMilliseconds;
}

/** A size in words; the exact number stands behind it. `words` words it in the unit of those beside it. */
export function Size({
  bytes,
  words = sizeText,
}: {
  readonly bytes: number;
  readonly words?: ((bytes: number) => string) | undefined;
}) {
  return (
    <data value={String(bytes)} title={`${bytes} bytes`}>
      {words(bytes)}
    </data>
  );
}

/** Returns the address of the process of a job, without a query. */
export function processPath(
  { processID, providerID }: Pick<JobDocument, "processID" | "providerID">,
  baseUrl: string,
): string {
  const provider = providerID === undefined ? "" : `/providers/${encodeURIComponent(providerID)}`;
  return `${baseUrl}${provider}/processes/${encodeURIComponent(processID)}`;
}

/** A user, and the ways to what that user did and to all jobs of that user. */
export function User({ name, baseUrl }: { readonly name: string; readonly baseUrl: string }) {
  const query = new URLSearchParams({ f: "html", user: name });
  return (
    <>
      <a href={`${baseUrl}/_/audit?${query}`} aria-label={`${name}, what this user did`}>
        {name}
      </a>{" "}
      <small>
        (
        <a href={`${baseUrl}/jobs?${query}`} aria-label={`See jobs of ${name}`}>
          see jobs
        </a>
        )
      </small>
    </>
  );
}

/** The way to something by its name; what is not there any more is only named. */
export function WayTo({
  href,
  name,
  isGone,
  gone = "undeployed",
}: {
  readonly href: string;
  readonly name: string;
  readonly isGone: boolean;
  /** What became of it: processes are undeployed. */
  readonly gone?: string;
}) {
  if (!isGone) return <a href={href}>{name}</a>;
  return (
    <>
      {name} <span class="muted">({gone})</span>
    </>
  );
}

/** What may be wider than the screen is scrolled by itself: by keys, too, so one can come to it. */
export function Wide({ label, children }: { readonly label: string; readonly children: Child }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for the controls of a form, and a section would be a landmark
    <div class="wide" role="group" tabindex={0} aria-label={label}>
      {children}
    </div>
  );
}

/** A part of a page that few want, folded up below its heading, but not on paper; links to the heading open it where a script runs. */
export function Fold({
  id,
  heading,
  children,
}: {
  readonly id: string;
  readonly heading: string;
  readonly children: Child;
}) {
  return (
    <details class="fold" data-follows="">
      <summary>
        <h2 id={id}>{heading}</h2>
      </summary>
      {children}
    </details>
  );
}

/** One of several ways to see a page: a link, and plain text where it is the one that is seen. */
export function Choice({
  href,
  isChosen,
  asButton = false,
  children,
}: {
  readonly href: string;
  readonly isChosen: boolean;
  readonly asButton?: boolean;
  readonly children: Child;
}) {
  const look = asButton ? "button" : undefined;
  if (isChosen) {
    return (
      <span class={look} aria-current="true">
        {children}
      </span>
    );
  }
  return (
    <a class={look} href={href}>
      {children}
    </a>
  );
}
