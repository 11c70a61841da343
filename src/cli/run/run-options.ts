import type { Option } from "../option.ts";

/** Flags of other runners that change nothing here. docs/cwl.md lists them. */
const harmlessFlags = [
  "compute-checksum",
  "copy-outputs",
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
const harmlessOptions: Readonly<Record<string, Option>> = {
  ...Object.fromEntries(harmlessFlags.map((name) => [name, { type: "boolean", about, isHidden: true } as const])),
  ...Object.fromEntries(
    Object.entries(harmlessValues).map(([name, value]) => [
      name,
      { type: "string", value, about, isHidden: true } as const,
    ]),
  ),
};

/** The options of `run`. */
export function runOptions(
  dataOption: Option,
  clusterOptions: Readonly<Record<string, Option>>,
): Readonly<Record<string, Option>> {
  return {
    ...harmlessOptions,
    outdir: { type: "string", short: "o", value: "DIR", about: "directory of the output files (default: .)" },
    "on-error": {
      type: "string",
      value: "stop|continue",
      about: "what a failed step does to the others (default: stop)",
    },
    quiet: { type: "boolean", about: "write errors only" },
    parallel: { type: "boolean", about: "run ready steps beside each other, as is always done" },
    "no-container": { type: "boolean", about: "run tools that want a container without one" },
    podman: { type: "boolean", about: "run images that were not imported by podman" },
    singularity: { type: "boolean", about: "run images that were not imported by apptainer, or singularity" },
    "container-engine": {
      type: "string",
      value: "ENGINE",
      about: "what runs images that were not imported: docker, podman, apptainer, singularity, none, or auto (default)",
    },
    sandbox: {
      type: "string",
      value: "auto|require|off",
      about: "sandbox of tools without a container: where it works, always, never (default)",
    },
    "tool-directories": {
      type: "string",
      value: "DIR,...",
      about: "further directories that tools in a sandbox see, read-only unless DIR:rw",
    },
    "tmpdir-prefix": { type: "string", value: "PREFIX", about: "what the path of the scratch directory begins with" },
    data: dataOption,
    ...clusterOptions,
    cachedir: { type: "string", value: "DIR", about: "keep outputs of tools here, and use them again" },
    "print-graph": { type: "boolean", about: "only draw the package, as SVG" },
    "make-template": { type: "boolean", about: "only write a job file to fill in" },
    validate: { type: "boolean", about: "only check the package" },
    "leave-tmpdir": { type: "boolean", about: "keep the scratch directory, and say where it is" },
    version: { type: "boolean", about: "only print the version" },
    debug: {
      type: "boolean",
      about: "write each step: command lines, staging, names of environment variables, expressions",
    },
    "log-dir": { type: "string", value: "DIR", about: "keep what tools write to stdout and stderr here, by steps" },
    target: {
      type: "string",
      short: "t",
      multiple: true,
      value: "NAME",
      about: "of a workflow only this output, step or input, and what it needs; may be repeated",
    },
    "default-container": { type: "string", value: "IMAGE", about: "image of tools that name none" },
    "preserve-environment": {
      type: "string",
      multiple: true,
      value: "NAME",
      about: "give tools this environment variable; may be repeated",
    },
    "preserve-entire-environment": { type: "boolean", about: "give tools without a container the whole environment" },
    "write-summary": {
      type: "string",
      short: "w",
      value: "FILE",
      about: "write the output object here, not to stdout",
    },
  };
}
