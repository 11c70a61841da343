/** Reads `Accept-Language`: the language that a client wants most (RFC 9110 12.5.4). */
export function parseLanguage(header: string | null | undefined): string | undefined {
  const ranges = (header ?? "").split(",").map((part) => {
    const [range = "", ...parameters] = part.split(";").map((piece) => piece.trim());
    const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
    return { range, weight: weight === undefined ? 1 : Number(weight) };
  });
  const usable = ranges.filter(({ range, weight }) => /^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$/.test(range) && weight > 0);
  return usable.toSorted((one, other) => other.weight - one.weight)[0]?.range;
}
