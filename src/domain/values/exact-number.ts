/** The digits of a number that JSON may hold. */
const numberForm = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** More digits than anybody measures, and powers of ten beyond those of a double: such a number is refused by name. */
const maxCharacters = 1_000;
const maxExponent = 1_100;

/**
 * A number of JSON whose text would change if it were read as a double: 9007199254740993, 1.0, 12345678901234567890.5. It
 * keeps its text wherever it goes; only what computes sees the double.
 */
export class ExactNumber {
  /** The number as it was written. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** The nearest double; infinite for what is out of its range. */
  get double(): number {
    return Number(this.text);
  }

  toString(): string {
    return this.text;
  }

  /** JSON.stringify writes the text. */
  toJSON(): unknown {
    return JSON.rawJSON(this.text);
  }
}

/** A number of either kind. */
export type AnyNumber = number | ExactNumber;

/** Builds a number of its text in JSON: a double where that would be written the same, else an exact one. */
export function numberOfText(text: string): AnyNumber {
  const double = Number(text);
  // Minus zero is zero in JSON.stringify; as a whole number it is nothing else.
  return String(double) === text || text === "-0" ? double : new ExactNumber(text);
}

/**
 * Reads a number as people write it in text: with a plus sign, zeros before it, or nothing before or after its point. One
 * with a power of ten that is a double is that double.
 */
export function readNumber(text: string): AnyNumber | undefined {
  const [, minus = "", whole = "", fraction = "", exponent = ""] =
    /^(?:\+|(-))?(\d*)(\.\d*)?([eE][+-]?\d+)?$/.exec(text.trim()) ?? [];
  if (!/\d/.test(whole + fraction)) return undefined;
  const digits = whole.replace(/^0+(?=\d)/, "");
  const read = numberOfText(`${minus}${digits === "" ? "0" : digits}${fraction === "." ? "" : fraction}${exponent}`);
  return read instanceof ExactNumber && exponent !== "" && !isRounded(read) ? read.double : read;
}

/** Tells whether a value is a number of either kind. */
export function isNumber(value: unknown): value is AnyNumber {
  return typeof value === "number" || value instanceof ExactNumber;
}

/** Words what is wanted in the place of a number that cannot be taken; undefined when it can. */
export function numberFault(value: ExactNumber): string | undefined {
  return isUsable(value) ? undefined : `a number in the range of a double, of at most ${maxCharacters} digits`;
}

function isUsable(value: AnyNumber): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  const [, , , , exponent = "0"] = numberForm.exec(value.text) ?? [];
  return (
    Number.isFinite(value.double) && value.text.length <= maxCharacters && Math.abs(Number(exponent)) <= maxExponent
  );
}

/** Writes a number in full, without a power of ten: many tools cannot read `1e+21`. What is written in full stays as it is. */
export function fullText(value: AnyNumber): string {
  const text = value instanceof ExactNumber ? value.text : String(value);
  const [, sign = "", whole = "", fraction = "", exponent] = numberForm.exec(text) ?? [];
  if (exponent === undefined) return text;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  const padded = digits.padEnd(point, "0");
  const inFull = `${padded.slice(0, point).replace(/^0+(?=\d)/, "")}`;
  return point >= digits.length ? sign + inFull : `${sign}${inFull}.${padded.slice(point)}`;
}

/** A number as a whole one times a power of ten. */
type Decimal = { readonly digits: bigint; readonly exponent: number };

function decimalOf(value: AnyNumber): Decimal {
  const text = value instanceof ExactNumber ? value.text : String(value);
  const [, sign = "", whole = "0", fraction = "", exponent = "0"] = numberForm.exec(text) ?? [];
  return { digits: BigInt(`${sign}${whole}${fraction}`), exponent: Number(exponent) - fraction.length };
}

function scaled({ digits, exponent }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(exponent - to);
}

/** Compares two numbers by their digits: below zero when the first one is less. Those out of range are compared as doubles. */
export function compareNumbers(one: AnyNumber, other: AnyNumber): number {
  if ((typeof one === "number" && typeof other === "number") || !isUsable(one) || !isUsable(other)) {
    return (
      Number(one instanceof ExactNumber ? one.double : one) -
      Number(other instanceof ExactNumber ? other.double : other)
    );
  }
  const [left, right] = [decimalOf(one), decimalOf(other)];
  const exponent = Math.min(left.exponent, right.exponent);
  const difference = scaled(left, exponent) - scaled(right, exponent);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Tells by the digits whether one number is another one times a whole number. */
export function isMultiple(value: AnyNumber, divisor: AnyNumber): boolean {
  if (!isUsable(value) || !isUsable(divisor)) return false;
  const [left, right] = [decimalOf(value), decimalOf(divisor)];
  if (right.digits <= 0n) return false;
  const exponent = Math.min(left.exponent, right.exponent);
  return scaled(left, exponent) % scaled(right, exponent) === 0n;
}

/** Gives a whole number, however it was written; undefined for one with a fraction. It is for comparing and writing only. */
export function wholeNumber(value: AnyNumber): bigint | undefined {
  if (!isUsable(value)) return undefined;
  const { digits, exponent } = decimalOf(value);
  if (exponent >= 0) return digits * 10n ** BigInt(exponent);
  const divisor = 10n ** BigInt(-exponent);
  return digits % divisor === 0n ? digits / divisor : undefined;
}

/** Writes a number in one way of those in which it may be written: equal numbers become equal ones. */
export function normalized(value: ExactNumber): AnyNumber {
  if (!isUsable(value)) return value;
  const { digits, exponent } = decimalOf(value);
  if (compareNumbers(value, value.double) === 0) return value.double;
  const shortened = digits.toString().replace(/0+$/, "");
  return new ExactNumber(`${shortened}e${exponent + digits.toString().length - shortened.length}`);
}

/** Tells whether the double of a number is another number. */
export function isRounded(value: ExactNumber): boolean {
  return compareNumbers(value, value.double) !== 0;
}
