import type { Places, Takes } from "./places.ts";

/** What files of places are called where media types are told. */
const placeTypes: readonly string[] = ["application/geo+json", "application/vnd.geo+json"];

/** Tells whether a file of one of these media types has places. */
export function arePlaces(mediaTypes: readonly string[]): boolean {
  return mediaTypes.some((type) => placeTypes.includes(type));
}

/** Tells whether a text is the four numbers of a box, by what it is called or by its default. */
export function isBoxText(names: readonly string[], fallback: unknown): boolean {
  if (typeof fallback === "string" && fallback.trim() !== "") {
    const parts = fallback
      .trim()
      .replace(/^\[|\]$/g, "")
      .trim()
      .split(/\s*,\s*|\s+/);
    return parts.length === 4 && parts.every((part) => part !== "" && Number.isFinite(Number(part)));
  }
  return names.some((name) => /(?:^|[\W_])(?:aoi|bbox|bounding[ _-]?box)(?:$|[\W_])/i.test(name));
}

/**
 * Marks where a script puts a map beside the controls of a value. Without one there is nothing: the controls say all, and all
 * can be done by them.
 */
export function MapView({
  kind,
  name,
  label,
  holds,
  takes,
}: {
  readonly kind: "box" | "text" | "json" | "file" | "address";
  readonly name: string;
  readonly label: string;
  readonly holds?: Places;
  readonly takes?: Takes | undefined;
}) {
  const view = kind === "address" ? "address" : "field";
  return (
    <div
      class="view"
      data-view={view}
      data-field={kind}
      data-name={name}
      data-label={label}
      data-holds={holds}
      data-takes={takes?.types?.join(" ")}
      data-bounded={takes?.isBounded === true ? "yes" : undefined}
    />
  );
}
