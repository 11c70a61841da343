/**
 * Words the path of a step for people, who count the parts of a scattered one from 1: `count[0]` is "count (part 1)", and
 * `each[2]/say` is "each (part 3)/say". Keys, files and documents keep the path as it is.
 */
export function stepWords(path: string): string {
  return path.replace(/\[(\d+)\](?=\/|\[|$)/g, (_, part: string) => ` (part ${Number(part) + 1})`);
}
