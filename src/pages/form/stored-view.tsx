import { defined } from "../../domain/defined.ts";
import { isOfType, isSameType } from "../../domain/processes/described.ts";
import { directoryType, essenceOf, unknownMediaType } from "../../domain/values/media-type.ts";
import { Size, Time } from "../shared/parts.tsx";
import { sizeText, timeText } from "../shared/words.ts";
import type { Drawn } from "./drawn.ts";
import { parts, textIn } from "./field.ts";
import type { FormState, OfferedOutput, OfferedUpload } from "./state.ts";

type Stored = Pick<Drawn, "name" | "state"> & { readonly mediaTypes: readonly string[] };

/** The file that a field has from an earlier upload or an earlier job, and the list to choose another one of. */
export function StoredView({ name, state, mediaTypes }: Stored) {
  const { uploads, outputs, faults } = state;
  if (uploads === undefined && outputs === undefined) return null;
  const chosen = textIn(state.values, name + parts.stored);
  const [upload, output] = [uploads?.named.get(chosen), outputs?.named.get(chosen)];
  const isGone = chosen !== "" && upload === undefined && output === undefined;
  const groups = groupsOf(state, { mediaTypes, upload, output });
  const isToldAlready = faults.has(name);
  return (
    <>
      {upload === undefined ? null : <ChosenUpload {...upload} />}
      {output === undefined ? null : <ChosenOutput {...output} />}
      {isToldAlready ? null : <Gone name={name} state={state} isChosenGone={isGone} />}
      {/* A script adds what is uploaded meanwhile. */}
      <label class="field" hidden={groups.length === 0 && !isGone}>
        <span class="muted">{listLabel(state)}</span>
        <select name={name + parts.stored}>
          <option value="">(none)</option>
          {isGone ? (
            <option value={chosen} selected>
              a file that is not there any more
            </option>
          ) : null}
          {groups.map(({ title, options }) => (
            <optgroup label={title}>
              {options.map(({ reference, words, file, type, time, made, isBelowJob }) => (
                <option
                  value={reference}
                  selected={reference === chosen}
                  data-file={file}
                  data-file-type={type}
                  data-time={time}
                  data-below={isBelowJob}
                  data-job={made?.jobUrl}
                  data-look={made?.look}
                  data-called={made?.name}
                  data-made={made === undefined ? undefined : `${sizeOf(made)}, ${made.type}`}
                >
                  {words}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
      </label>
      {uploads?.moreUrl === undefined ? null : <a href={uploads.moreUrl}>All uploads</a>}
    </>
  );
}

function listLabel({ uploads, outputs }: FormState): string {
  if (outputs === undefined || outputs.offered.length === 0) return "or take an earlier upload";
  return uploads === undefined ? "or take an output of a job" : "or take an earlier upload, or an output of a job";
}

function ChosenUpload({ href, name, length, type, created }: OfferedUpload) {
  return (
    <span class="stored">
      <strong>{name}</strong>{" "}
      <span class="muted">
        <Size bytes={length} />, {type}, uploaded <Time at={created} />
      </span>{" "}
      {href === undefined ? null : (
        <a href={href} download={name}>
          Download
        </a>
      )}
    </span>
  );
}

function ChosenOutput({ reference, name, made }: OfferedOutput) {
  return (
    <span class="stored">
      {made === undefined ? <strong>{name}</strong> : <a href={made.look}>{name}</a>}{" "}
      {made === undefined ? (
        <>
          <span class="muted">output of a job</span>{" "}
          <a href={reference} download={name}>
            Download
          </a>
        </>
      ) : (
        <span class="muted">
          {made.length === undefined ? null : (
            <>
              <Size bytes={made.length} />,{" "}
            </>
          )}
          {made.type}, output {made.outputId} of <a href={made.jobUrl}>{made.title}</a>
          {made.user === undefined ? "" : ` by ${made.user}`}
          {made.line === undefined ? "" : `, ${made.line}`}, <Time at={made.finished} />
        </span>
      )}
    </span>
  );
}

/** Tells of a file that cannot be used any more, whether it was chosen or stands there as an address. */
function Gone({ name, state, isChosenGone }: Placed & { readonly isChosenGone: boolean }) {
  const { named } = state.outputs ?? { named: new Map<string, undefined>() };
  const chosen = textIn(state.values, name + parts.stored);
  const address = textIn(state.values, name + parts.address).trim();
  const isOutput = (text: string) => named.has(text) && named.get(text) === undefined;
  if (isOutput(chosen) || isOutput(address)) {
    return (
      <span class="fault">
        The output of a job that was taken for this cannot be used any more: it was removed, or is somebody else&#39;s.
        Choose another.
      </span>
    );
  }
  if (!isChosenGone) return null;
  return (
    <span class="fault">
      The file that was uploaded for this cannot be used any more: it has expired, was removed, or is somebody
      else&#39;s. Upload it again, or choose another.
    </span>
  );
}

type Placed = Pick<Drawn, "name" | "state">;

/** An option of the list; a text to copy uploads a file again by what it is called. */
type Offered = {
  readonly reference: string;
  readonly words: string;
  /** When it was made, as the words have it; a script tells it in the time zone of the reader. */
  readonly time?: string;
  readonly file?: string;
  readonly type?: string;
  /** The job that made it: a script leads to it, once this is chosen. */
  readonly made?: Made & { readonly name: string };
  /** It stands below the words of its job: a script tells it by those. */
  readonly isBelowJob?: true;
};
type Made = NonNullable<OfferedOutput["made"]>;
type Group = { readonly title: string; readonly options: readonly Offered[] };
/** `job` names the job that made it, the same for all that one job made. */
type Typed = { readonly fits: boolean; readonly option: Offered; readonly job?: string };

function groupsOf(
  { uploads, outputs }: FormState,
  now: {
    readonly mediaTypes: readonly string[];
    readonly upload: OfferedUpload | undefined;
    readonly output: OfferedOutput | undefined;
  },
): readonly Group[] {
  const offered = (uploads?.offered ?? []).filter((upload) => mayBeArchive(upload, now.mediaTypes));
  const ofUploads = withChosen(offered, now.upload).map((upload): Typed => {
    const { reference, name, type, length, created } = upload;
    const words = `${name}, ${sizeText(length)}, ${timeText(created)}`;
    const option = { reference, words, time: created, file: name, type: essenceOf(type) };
    return { fits: mayFit(type, now.mediaTypes), option };
  });
  const ofJobs = withChosen(outputs?.offered ?? [], now.output)
    .filter((output) => output === now.output || mayBe(output, now.mediaTypes))
    .map((output): Typed => {
      const fits = output.made === undefined || isOfKind(output.name, output.made.type, now.mediaTypes);
      return {
        fits,
        option: {
          reference: output.reference,
          words: wordsOfOutput(output),
          ...defined({
            time: output.made?.finished,
            isBelowJob: fits ? (true as const) : undefined,
            made: output.made === undefined ? undefined : { ...output.made, name: output.name },
          }),
        },
        job: jobWords(output),
      };
    });
  const group = (title: string, list: readonly Typed[], isFitting: boolean): Group => ({
    title,
    options: list.filter(({ fits }) => fits === isFitting).map(({ option }) => option),
  });
  return [
    group("Uploads of a type that fits", ofUploads, true),
    ...jobGroups(ofJobs.filter(({ fits }) => fits)),
    group("Uploads of other types", ofUploads, false),
    group("Other files of jobs", ofJobs, false),
  ].filter(({ options }) => options.length > 0);
}

/** What one job made stands together, below what that job is. */
function jobGroups(outputs: readonly Typed[]): readonly Group[] {
  const groups = Map.groupBy(outputs, ({ job }) => job ?? "");
  return [...groups].map(([title, list]) => ({ title, options: list.map(({ option }) => option) }));
}

/** Names a job by its process or title, by what is different about it, and by its time. */
function jobWords({ made }: OfferedOutput): string {
  if (made === undefined) return "Output of an older job";
  const { title, line, user, finished } = made;
  const whose = user === undefined ? "" : ` by ${user}`;
  return `Output of ${title}${whose}${line === undefined ? "" : `, ${line}`}, ${timeText(finished)}`;
}

/** What is chosen stands first. */
function withChosen<One extends { readonly reference: string }>(
  offered: readonly One[],
  chosen: One | undefined,
): readonly One[] {
  return chosen === undefined
    ? offered
    : [chosen, ...offered.filter(({ reference }) => reference !== chosen.reference)];
}

/** Says the process and the time with each output: a list that is closed shows no heading above what was chosen. */
function wordsOfOutput({ name, made }: OfferedOutput): string {
  if (made === undefined) return `${name}, output of a job`;
  const { outputId, title, user, finished } = made;
  const whose = user === undefined ? "" : ` by ${user}`;
  return `${name}, ${outputId} of ${title}${whose}, ${timeText(finished)}, ${sizeOf(made)}`;
}

function sizeOf({ length }: Made): string {
  return length === undefined ? "directory" : sizeText(length);
}

/** A directory is no file, whatever its type; a file may be an archive of a directory. */
function mayBe({ name, made }: OfferedOutput, mediaTypes: readonly string[]): boolean {
  if (made === undefined) return true;
  if (made.type === directoryType) return mediaTypes.includes(directoryType);
  return mayBeArchive({ name, type: made.type }, mediaTypes);
}

/** A directory comes as an archive, or as a document that lists its files: no other file can be one. */
function mayBeArchive({ name, type }: Pick<OfferedUpload, "name" | "type">, mediaTypes: readonly string[]): boolean {
  if (mediaTypes.length === 0 || mediaTypes.some((one) => one !== directoryType)) return true;
  if (isSameType(type, unknownMediaType)) return !name.includes(".") || /\.(zip|tar|tgz|gz)$/i.test(name);
  return archiveTypes.some((one) => isOfType(type, one));
}

const archiveTypes = [
  ...["application/zip", "application/x-zip-compressed", "application/x-tar", "application/gzip", "application/x-gzip"],
  "application/json",
];

/** What says little of a file may be any. */
const vagueTypes = [unknownMediaType, "text/plain"];
/** What a directory is made of. */
const packedTypes = ["application/zip", "application/x-tar", "application/gzip", "application/json", "text/html"];

const logEnd = /\.(log|err|stderr)$/i;

/** Tells whether an output is likely what an input takes: of its types, and no log. Its job named its type, so that few are vague. */
function isOfKind(name: string, type: string, mediaTypes: readonly string[]): boolean {
  if (logEnd.test(name)) return false;
  const isDirectory = mediaTypes.includes(directoryType);
  if (isDirectory && ["application/json", "text/html"].some((one) => isSameType(type, one))) {
    return mediaTypes.some((one) => isOfType(type, one));
  }
  const isPlain = isSameType(type, "text/plain") && mediaTypes.length > 0;
  return isPlain
    ? mediaTypes.some((one) => isSameType(one, unknownMediaType) || isOfType(type, one))
    : mayFit(type, mediaTypes);
}

/** Tells whether a file of a media type may be what an input takes. */
function mayFit(type: string, mediaTypes: readonly string[]): boolean {
  if (mediaTypes.length === 0 || vagueTypes.some((vague) => isSameType(vague, type))) return true;
  const wanted = mediaTypes.flatMap((one) => (one === directoryType ? [directoryType, ...packedTypes] : [one]));
  return wanted.some((one) => isSameType(one, unknownMediaType) || isOfType(type, one));
}
