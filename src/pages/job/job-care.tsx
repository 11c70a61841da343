import type { JobDocument } from "../../domain/documents/job.ts";
import type { JobView, SeenBy } from "../../domain/documents/job-view.ts";
import { overseer } from "../../domain/people/access.ts";
import { Time } from "../shared/parts.tsx";
import { imageWords, softwareWords, unknownVersions } from "../shared/program-words.ts";
import { SmallFold } from "../shared/small-fold.tsx";
import { keptJobsText } from "../system/kept-words.ts";
import { settingUrl } from "../system/system-settings.tsx";
import type { JobParts } from "./job-parts.tsx";

type NamedProgram = NonNullable<NonNullable<JobView["programs"]>["named"]>[number];

/**
 * Says what a run was: its revision, what its tools ran in, who may see it, and until when it is kept. It stands behind what one opens
 * the page for; nothing of it stands on the paper of a job twice.
 */
export function RunFacts({ job, view, frame }: JobParts) {
  const isKnown = view.programs !== undefined || view.seenBy !== undefined || isDigest(job.processRevision);
  return (
    <section id="run" data-part="run">
      {isKnown ? <h2 class={view.programs === undefined ? "on-screen" : undefined}>About this run</h2> : null}
      {view.programs === undefined && !isDigest(job.processRevision) ? null : (
        <SmallFold words="Show what ran">
          <Revision revision={job.processRevision} />
          <Programs programs={view.programs} />
        </SmallFold>
      )}
      <Care job={job} view={view} frame={frame} />
    </section>
  );
}

/** Says which revision of its process a job runs, by its whole digest, as provenance and the list of revisions name it. */
function Revision({ revision }: { readonly revision: string }) {
  if (!isDigest(revision)) return null;
  return (
    <p class="muted on-screen">
      Revision of the process: <code class="digest">{revision}</code>
    </p>
  );
}

function isDigest(revision: string): boolean {
  return /^sha256:/.test(revision);
}

/** Says what the tools of a job ran in, once it has ended. */
function Programs({ programs }: { readonly programs: JobView["programs"] | undefined }) {
  if (programs === undefined) return null;
  const { images, isOwn, named = [] } = programs;
  return (
    <>
      <p class="muted programs">
        {images.length === 0 ? null : (
          <>
            What ran: {images.length === 1 ? "the image " : "the images "}
            <span class="breaks">{images.join(", ")}</span>.{" "}
          </>
        )}
        {isOwn ? ownWords(images.length > 0) : null}
      </p>
      {named.length === 0 ? null : (
        <ul class="muted programs">
          {named.map((program) => (
            <li>
              <code>{program.name}</code>
              {factsOf(program)}
            </li>
          ))}
        </ul>
      )}
      {isOwn ? <p class="muted programs">{unknownVersions}</p> : null}
    </>
  );
}

function ownWords(hasImages: boolean): string {
  if (hasImages) return "And programs of the machine, in no image.";
  return "What ran: programs of the machine, in no image.";
}

/** What is known of a program: the software that its package states, and whether the package names an image. */
function factsOf({ software = [], unusedImage }: NamedProgram): string {
  const image = imageWords(unusedImage);
  const facts = [software.length === 0 ? "" : softwareWords(software), image].filter((words) => words !== "");
  return facts.length === 0 ? "" : `: ${facts.join("; ")}`;
}

/** Says who may see a job, and when it is removed; to who looks after the service, by which setting. */
function Care({ job, view, frame: { baseUrl, reader } }: JobParts) {
  if (view.seenBy === undefined) return null;
  return (
    <>
      <p class="muted on-screen">
        {`Seen by ${seenByText(view.seenBy)}. `}
        <Shared share={view.seenBy.share} />
        <Removal job={job} keptMilliseconds={view.keptMilliseconds} baseUrl={baseUrl} />
        {reader?.seesSystem === true ? (
          <>
            {" Setting: "}
            <a href={settingUrl(baseUrl, "keepHours")}>
              <code>keepHours</code>
            </a>
          </>
        ) : null}
      </p>
      {view.mayKeep === true ? <KeepForm job={job} baseUrl={baseUrl} /> : null}
    </>
  );
}

/** What the button of a job that is not kept, and of one that is, leads to, says, and says of what comes of it. */
const keepPresses = {
  keep: {
    form: "keep-form",
    words: "Keep for good",
    about: "Then it stays, with its results, until somebody who may ends that.",
  },
  release: {
    form: "release-form",
    words: "Keep no longer",
    about: "Then it is removed as others are, and can be removed by hand. Its time counts from its end.",
  },
} as const;

/** The button that keeps a job for good, or keeps it no longer: it says before the press what comes of it. */
function KeepForm({ job: { kept, jobID }, baseUrl }: { readonly job: JobDocument; readonly baseUrl: string }) {
  const { form, words, about } = keepPresses[kept === undefined ? "keep" : "release"];
  return (
    <form method="post" action={`${baseUrl}/jobs/${encodeURIComponent(jobID)}/${form}`} class="actions on-screen">
      <button type="submit" class="button">
        {words}
      </button>
      <span class="muted">{about}</span>
    </form>
  );
}

/** Whoever sees the job is told, not only who shares: who reviews it asks who else has the results. */
function Shared({ share }: { readonly share: SeenBy["share"] | undefined }) {
  if (share === undefined) return null;
  return (
    <span>
      {share.outputs === undefined
        ? "Its results are also shared by a link until "
        : `Of its results, ${share.outputs.join(", ")} ${share.outputs.length === 1 ? "is" : "are"} also shared by a link until `}
      <Time at={share.until} />
      {share.by === undefined ? "" : `, by ${share.by}`}.{" "}
    </span>
  );
}

/** The roles that may see the jobs of everybody. */
const allSeers = `${overseer.name}s and administrators of this service`;

function seenByText({ owner, groups }: SeenBy): string {
  const others = groups.length === 0 ? "" : `, members of ${groupsText(groups)}`;
  switch (owner) {
    case "machine":
      return "every user of this machine, as nobody has a key";
    case "anonymous":
      return `whoever comes without a key, and ${allSeers}`;
    case "reader":
      return `you${others}, and ${allSeers}`;
    default:
      return `user ${owner.user}${others}, and ${allSeers}`;
  }
}

function groupsText(groups: readonly string[]): string {
  return groups.length === 1 ? `group ${groups.join("")}` : `the groups ${groups.join(", ")}`;
}

function Removal({
  job,
  keptMilliseconds,
  baseUrl,
}: {
  readonly job: JobDocument;
  readonly keptMilliseconds: number | undefined;
  readonly baseUrl: string;
}) {
  const seconds = keptMilliseconds === undefined ? undefined : keptMilliseconds / 1000;
  const { expirationDate, kept } = job;
  if (kept !== undefined) {
    return (
      <span>
        {"Kept for good since "}
        <Time at={kept.since} />
        {kept.by === undefined ? "" : `, by ${kept.by}`}. <a href={`${baseUrl}/jobs?f=html&kept=true`}>All kept jobs</a>
      </span>
    );
  }
  return (
    <span>
      {keptJobsText(seconds, true)}
      {seconds === undefined || expirationDate === undefined ? null : (
        <>
          {", until "}
          <Time at={expirationDate} />
        </>
      )}
      .
    </span>
  );
}
