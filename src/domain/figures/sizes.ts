/** The units of sizes, the smallest first. */
export const sizeUnits = [
  { name: "bytes", bytes: 1 },
  { name: "kB", bytes: 1e3 },
  { name: "MB", bytes: 1e6 },
  { name: "GB", bytes: 1e9 },
  { name: "TB", bytes: 1e12 },
] as const;

/** Formats a size in bytes. */
export function sizeText(bytes: number): string {
  let [value, unit]: [number, string] = [bytes, "bytes"];
  for (const { name } of sizeUnits.slice(1)) {
    if (value < 1000) break;
    [value, unit] = [value / 1000, name];
  }
  return `${unit === "bytes" || value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${bytes === 1 ? "byte" : unit}`;
}
