import type { Option } from "./command.ts";

/** What other runners are told, and is always so here, or says nothing about results. docs/cwl.md lists them. */
const harmlessFlags = [
  "compute-checksum",
  "copy-outputs",
  "debug",
  "disable-color",
  "disable-validate",
  "enable-color",
  "enable-dev",
  "enable-ext",
  "fast-parser",
  "js-console",
  "leave-container",
  "move-outputs",
  "no-doc-cache",
  "no-match-user",
  "no-read-only",
  "no-warnings",
  "non-strict",
  "relax-path-checks",
  "rm-container",
  "rm-tmpdir",
  "skip-schemas",
  "strict",
  "timestamps",
  "verbose",
] as const;

/** The same, with a value that is not looked at. */
const harmlessValues = { "eval-timeout": "SECONDS", "parallel-max": "N", "tmp-outdir-prefix": "PREFIX" } as const;

const about = "taken as other runners' flag, without effect";

/** The flags of other runners that change nothing here. */
export const harmlessOptions: Readonly<Record<string, Option>> = {
  ...Object.fromEntries(harmlessFlags.map((name) => [name, { type: "boolean", about, isHidden: true } as const])),
  ...Object.fromEntries(
    Object.entries(harmlessValues).map(([name, value]) => [
      name,
      { type: "string", value, about, isHidden: true } as const,
    ]),
  ),
};
