import { overseer } from "../domain/access.ts";
import type { JobDocument } from "../domain/documents/job.ts";
import type { JobView, SeenBy } from "../domain/documents/job-view.ts";
import { keptJobsText } from "./kept-words.ts";
import type { PageFrame } from "./page.ts";
import { Time } from "./parts.tsx";
import { imageWords, softwareWords, unknownVersions } from "./program-words.ts";
import { settingUrl } from "./system-settings.tsx";

type NamedProgram = NonNullable<NonNullable<JobView["programs"]>["named"]>[number];

/** Says which revision of its process a job runs, by its whole digest, as provenance and the list of revisions name it. */
export function Revision({ revision }: { readonly revision: string }) {
  if (!/^sha256:/.test(revision)) return null;
  return (
    <p class="muted">
      Revision of the process: <code class="digest">{revision}</code>
    </p>
  );
}

/** Says what the tools of a job ran in, once it has ended. */
export function Programs({ programs }: { readonly programs: JobView["programs"] | undefined }) {
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
export function Care({
  job,
  view,
  frame: { baseUrl, reader },
}: {
  readonly job: JobDocument;
  readonly view: JobView;
  readonly frame: PageFrame;
}) {
  if (view.seenBy === undefined) return null;
  return (
    <p class="muted">
      {`Seen by ${seenByText(view.seenBy)}. `}
      <Shared share={view.seenBy.share} />
      <Removal job={job} keptMilliseconds={view.keptMilliseconds} />
      {reader?.seesSystem === true ? (
        <>
          {" Setting: "}
          <a href={settingUrl(baseUrl, "keepHours")}>
            <code>keepHours</code>
          </a>
        </>
      ) : null}
    </p>
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
}: {
  readonly job: JobDocument;
  readonly keptMilliseconds: number | undefined;
}) {
  const seconds = keptMilliseconds === undefined ? undefined : keptMilliseconds / 1000;
  const { expirationDate } = job;
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
