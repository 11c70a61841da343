import type { Exception } from "./failure-words.ts";

/** What the service or its machine lacked, as failures word it, and what is told of each. */
const lacks: readonly (readonly [said: RegExp, words: string])[] = [
  [
    /imported by "heddle images import"|or a container engine|cannot be pulled\b|found no image "/,
    "The image that its tool runs in cannot be had here",
  ],
  [
    /\bno space left\b|\bENOSPC\b|\bEDQUOT\b|\bdisk quota exceeded\b|\broom (?:on|in) (?:a|the) disk\b|database or disk is full/i,
    "A disk of the service is full",
  ],
  [/\btr(?:y|ies) lost\b/, "What ran it was lost: its node, or the machine"],
  [/\bshort of (?:file descriptors|memory|processes)\b|\bE[MN]FILE\b|\bENOMEM\b/, "The machine is short of room"],
];

/** How a provider that refuses, or that nobody reaches, is worded. */
const refuses =
  /\bfound status (?:401|403|407|429|5\d\d)\b|\bCannot reach\b|\bunable to connect\b|\bECONN(?:REFUSED|RESET)\b|\bENOTFOUND\b|\bETIMEDOUT\b|\bfound no answer\b/i;

/**
 * Words what failed where that is the service, its machine or the provider, as the start of a sentence: other inputs would not help.
 * Undefined for any other failure. `isRemote` for a job of a provider.
 */
export function lackOf({ detail, stderrTail }: Exception, isRemote: boolean): string | undefined {
  if (typeof detail !== "string") return undefined;
  if (isRemote && refuses.test(detail)) return "The provider refused it, or cannot be reached";
  // A tool that finds the disk full says so itself, last.
  const last = typeof stderrTail === "string" ? stderrTail.trimEnd().split("\n").slice(-1).join("") : "";
  const isFull = /\bno space left on device\b|\bdisk quota exceeded\b/i.test(last);
  if (isFull) return "A disk of the service is full";
  return lacks.find(([said]) => said.test(detail))?.[1];
}

/** Tells whether a sentence says no more than the exit code that is told before it. */
export function saysOnlyCode(sentence: string, { exitCode }: Exception): boolean {
  const [, code] = /^Cannot finish .*: found exit code (\d+), wanted 0$/s.exec(sentence.trim()) ?? [];
  return code !== undefined && Number(code) === exitCode;
}
