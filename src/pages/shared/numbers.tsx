import { isNumber } from "../../domain/values/exact-number.ts";
import type { Json } from "../../domain/values/json.ts";

const decimal = /^[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?$/;
const mostPlaces = 12;
const shownDigits = 6;

/** Shows a text; a list of numbers without blanks may break behind each of its commas, so that no number breaks. */
export function WithNumbers({ text }: { readonly text: string }) {
  const parts = text.split(/(?<=,)/);
  const areNumbers = parts.length > 1 && parts.every((part) => decimal.test(part.replaceAll(/[[\],]/g, "")));
  if (!areNumbers) return <>{text}</>;
  return (
    <>
      {parts.map((part, index) => (
        <>
          {index === 0 ? null : <wbr />}
          {part}
        </>
      ))}
    </>
  );
}

/** Says behind the second of two numbers by how much it is more or less than the first; nothing for what is no number, or the same. */
export function Change({ a, b }: { readonly a: Json | undefined; readonly b: Json | undefined }) {
  const text = changeText(a, b);
  return text === undefined ? null : <span class="muted nowrap">{` (${text})`}</span>;
}

/** Words the change from one number to another, such as `+0.0775`, in the places that the two have; undefined for anything else. */
export function changeText(a: Json | undefined, b: Json | undefined): string | undefined {
  const [from, to] = [decimalOf(a), decimalOf(b)];
  if (from === undefined || to === undefined) return undefined;
  const change = Number(to) - Number(from);
  if (!Number.isFinite(change) || change === 0) return undefined;
  const places = Math.max(placesOf(from), placesOf(to));
  const size = Math.abs(change);
  const isPlain = places <= mostPlaces && size < 1e12 && !/e/i.test(from + to);
  const words = isPlain ? size.toFixed(places) : String(Number(size.toPrecision(shownDigits)));
  return `${change < 0 ? "−" : "+"}${words}`;
}

function decimalOf(value: Json | undefined): string | undefined {
  if (typeof value === "string") return decimal.test(value.trim()) ? value.trim() : undefined;
  return value !== undefined && isNumber(value) ? String(value) : undefined;
}

function placesOf(text: string): number {
  return text.split(".")[1]?.length ?? 0;
}
