import type { ComparedItem } from "../../domain/documents/job-comparison.ts";
import type { Json, JsonObject } from "../../domain/values/json.ts";
import { isShownImage, maxImageBytes } from "../../domain/values/media-type.ts";
import { durationText } from "../../domain/words/spans.ts";
import { InputValue } from "../job/input-values.tsx";
import { Change } from "../shared/numbers.tsx";
import { sizesAlike } from "../shared/one-unit.ts";
import { Size } from "../shared/parts.tsx";

/** Shows what one side has of a result, each file with its digest, and whether that of the other side is equal. */
export function Items({
  items,
  other = [],
  isSecond,
  images,
}: {
  readonly items: readonly ComparedItem[];
  /** Those of the other run. */
  readonly other: readonly ComparedItem[] | undefined;
  /** They are those of B, which tell their change from A. */
  readonly isSecond: boolean;
  readonly images: string;
}) {
  const lengths = [...items, ...other].map(({ length }) => length);
  const from = isSecond && other.length === 1 ? other[0] : undefined;
  if (items.length === 0) return <span class="muted">empty</span>;
  return (
    <ul>
      {items.map((item) => (
        <Item
          item={item}
          isEqual={isEqualDigest(item, items, other)}
          from={items.length === 1 ? from : undefined}
          images={images}
          lengths={lengths}
        />
      ))}
    </ul>
  );
}

/** Tells whether a file has the bytes of that of the same name in the other run, or of the only one there; undefined where there is none. */
function isEqualDigest(
  { name, sha256 }: ComparedItem,
  own: readonly ComparedItem[],
  others: readonly ComparedItem[],
): boolean | undefined {
  const alone = own.length === 1 && others.length === 1 ? others[0] : undefined;
  const other = others.find((one) => one.name === name) ?? alone;
  return sha256 === undefined || other?.sha256 === undefined ? undefined : sha256 === other.sha256;
}

function Item({
  item,
  isEqual,
  from,
  images,
  lengths,
}: {
  readonly item: ComparedItem;
  readonly from: ComparedItem | undefined;
  readonly isEqual: boolean | undefined;
  readonly images: string;
  /** Of all files of both sides, which are told in one unit. */
  readonly lengths: readonly (number | undefined)[];
}) {
  const { name, href, look, type = "", length, sha256, value } = item;
  const isShown = href?.startsWith(images) === true && isShownImage(type) && (length ?? 0) <= maxImageBytes;
  return (
    <li>
      {value === undefined ? null : <InputValue value={value} uploads={new Map()} />}
      <Change a={from?.value} b={value} />{" "}
      {look !== undefined && /^https?:/.test(look) ? <a href={look}>{name}</a> : name}{" "}
      <span class="muted">
        {type} {length === undefined ? null : <Size bytes={length} words={sizesAlike(lengths)} />}{" "}
        {sha256 === undefined ? null : (
          <>
            SHA-256{isEqual === undefined ? "" : isEqual ? ", equal in both" : ", different"}:{" "}
            <code class="digest">{sha256}</code>
          </>
        )}
      </span>
      {isShown ? <img src={href} alt={name} loading="lazy" /> : null}
    </li>
  );
}

/** Shows what the tools of a step took on one side, in the units in which both sides are told. */
export function Figures({
  figures: { fromCache, tools, cpuSeconds, peakMemoryBytes, exitCode },
  other,
}: {
  readonly figures: JsonObject;
  readonly other: JsonObject | undefined;
}) {
  const both = (one: Json | undefined, name: string) =>
    [one, other?.[name]].map((value) => (typeof value === "number" ? value : undefined));
  return (
    <ul>
      {fromCache === true ? <li>from the cache</li> : null}
      {typeof tools === "number" ? <li>{tools === 1 ? "1 tool run" : `${tools} tools run`}</li> : null}
      {typeof cpuSeconds === "number" ? <li>{`${durationText(cpuSeconds)} of CPU time`}</li> : null}
      {typeof peakMemoryBytes === "number" ? (
        <li>
          <Size bytes={peakMemoryBytes} words={sizesAlike(both(peakMemoryBytes, "peakMemoryBytes"))} /> of memory at
          most
        </li>
      ) : null}
      {typeof exitCode === "number" ? <li>{`exit code ${exitCode}`}</li> : null}
    </ul>
  );
}
