import { sizeUnits } from "./words.ts";

/** More are not written behind the point: below that, a smaller unit says more. */
const mostPlaces = 3;

/**
 * Makes the function that words sizes which stand beside one another: all in one unit, that of the largest of them, in bytes, with so many places
 * that the smallest has two digits. Where that would be too many, the unit is smaller.
 */
export function sizesAlike(sizes: readonly (number | undefined)[]): (bytes: number) => string {
  const [largest, smallest] = boundsOf(sizes);
  const fitting = sizeUnits.filter(({ bytes }) => bytes === 1 || bytes <= largest);
  const unit =
    fitting.findLast(({ bytes }) => bytes === 1 || placesFor(smallest / bytes) <= mostPlaces) ?? sizeUnits[0];
  const places = unit.bytes === 1 ? 0 : Math.max(placesFor(smallest / unit.bytes), largest / unit.bytes < 100 ? 1 : 0);
  return (bytes) => {
    if (bytes === 0) return `0 ${unit.name}`;
    const name = unit.bytes === 1 && bytes === 1 ? "byte" : unit.name;
    return `${decimal(bytes / unit.bytes, places)} ${name}`;
  };
}

/** The largest and the smallest that is not nothing. */
function boundsOf(values: readonly (number | undefined)[]): readonly [largest: number, smallest: number] {
  const known = values.filter((value) => value !== undefined).filter((value) => value > 0);
  return known.length === 0 ? [0, 0] : [Math.max(...known), Math.min(...known)];
}

/** With so many places a number has two digits that are not nothing, or stands whole. */
function placesFor(value: number): number {
  return value <= 0 ? 0 : Math.max(0, 1 - Math.floor(Math.log10(value)));
}

function decimal(value: number, places: number): string {
  return value.toLocaleString("en", { minimumFractionDigits: places, maximumFractionDigits: places });
}
