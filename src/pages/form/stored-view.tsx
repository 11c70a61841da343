import { isOfType, isSameType } from "../../domain/described.ts";
import { directoryType, essenceOf, unknownMediaType } from "../../domain/media-type.ts";
import { Size, Time } from "../parts.tsx";
import { sizeText, timeText } from "../words.ts";
import { parts, textIn } from "./field.ts";
import type { Drawn } from "./field-view.tsx";
import type { OfferedUpload } from "./state.ts";

type Stored = Pick<Drawn, "name" | "state"> & { readonly mediaTypes: readonly string[] };

/** The file that a field has from an earlier upload, and the list to choose another one of. */
export function StoredView({ name, state, mediaTypes }: Stored) {
  const { uploads, faults } = state;
  if (uploads === undefined) return null;
  const chosen = textIn(state.values, name + parts.stored);
  const now = chosen === "" ? undefined : uploads.named.get(chosen);
  const others = uploads.offered.filter(({ reference }) => reference !== chosen);
  const all = now === undefined ? others : [now, ...others];
  const isGone = chosen !== "" && now === undefined;
  const fitting = all.filter((upload) => mayFit(upload.type, mediaTypes));
  return (
    <>
      {now === undefined ? null : (
        <span class="stored">
          {now.href === undefined ? <strong>{now.name}</strong> : <a href={now.href}>{now.name}</a>}{" "}
          <span class="muted">
            <Size bytes={now.length} />, {now.type}, uploaded <Time at={now.created} />
          </span>
        </span>
      )}
      {isGone && !faults.has(name) ? (
        <span class="fault">
          The file that was uploaded for this cannot be used any more: it has expired, was removed, or is somebody
          else&#39;s. Upload it again, or choose another.
        </span>
      ) : null}
      {/* A script adds what is uploaded meanwhile. */}
      <label class="field" hidden={all.length === 0 && !isGone}>
        <span class="muted">or take an earlier upload</span>
        <select name={name + parts.stored}>
          <option value="">(none)</option>
          {isGone ? (
            <option value={chosen} selected>
              a file that is not there any more
            </option>
          ) : null}
          <Options title="Of a type that fits" uploads={fitting} chosen={chosen} />
          <Options title="Of other types" uploads={all.filter((one) => !fitting.includes(one))} chosen={chosen} />
        </select>
      </label>
      {uploads.moreUrl === undefined ? null : <a href={uploads.moreUrl}>All uploads</a>}
    </>
  );
}

function Options({
  title,
  uploads,
  chosen,
}: {
  readonly title: string;
  readonly uploads: readonly OfferedUpload[];
  readonly chosen: string;
}) {
  if (uploads.length === 0) return null;
  return (
    <optgroup label={title}>
      {uploads.map(({ reference, name, type, length, created }) => (
        <option
          value={reference}
          selected={reference === chosen}
          data-file={name}
          data-file-type={essenceOf(type)}
          data-time={created}
        >
          {`${name}, ${sizeText(length)}, ${timeText(created)}`}
        </option>
      ))}
    </optgroup>
  );
}

/** What says little of a file may be any. */
const vagueTypes = [unknownMediaType, "text/plain"];
/** What a directory is made of. */
const packedTypes = ["application/zip", "application/x-tar", "application/gzip", "application/json", "text/html"];

/** Tells whether a file of a media type may be what an input takes. */
function mayFit(type: string, mediaTypes: readonly string[]): boolean {
  if (mediaTypes.length === 0 || vagueTypes.some((vague) => isSameType(vague, type))) return true;
  const wanted = mediaTypes.flatMap((one) => (one === directoryType ? packedTypes : [one]));
  return wanted.some((one) => isSameType(one, unknownMediaType) || isOfType(type, one));
}
