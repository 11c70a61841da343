import { availableParallelism } from "node:os";
import * as v from "valibot";
import { isNetworkRule } from "../domain/processes/tool-network.ts";
import { jsonBounds } from "../domain/values/json-bounds.ts";
import { engineNames } from "../executors/images/container-engine.ts";
import { clusterSettings } from "./cluster-settings.ts";
import { seeingEntries } from "./config-seeing.ts";
import { signInSettings } from "./config-sign-in.ts";
import {
  anonymousRole,
  directories,
  list,
  machineMebibytes,
  path,
  rolePriority,
  text,
  url,
  urlPath,
  whole,
} from "./config-values.ts";
import { identitySettings } from "./identity-settings.ts";
import { notificationSettings } from "./notification-settings.ts";

/**
 * Every setting: its meaning with its unit, what it accepts, its default. The name gives the flag
 * (`syncLimitSeconds` is `--sync-limit-seconds`) and the variable (`HEDDLE_SYNC_LIMIT_SECONDS`).
 */
export const ConfigSchema = v.strictObject({
  host: v.optional(v.pipe(text, v.description("address to listen on")), "127.0.0.1"),
  port: v.optional(v.pipe(whole(0, 65535), v.description("port to listen on; 0 takes a free one")), 8080),
  tlsCertificateFile: v.optional(
    v.pipe(
      path,
      v.description("certificate of the service, with those that signed it, in PEM; plain HTTP if not given"),
    ),
  ),
  tlsKeyFile: v.optional(v.pipe(path, v.description("key of the certificate, in PEM"))),
  healthAddress: v.optional(
    v.pipe(
      text,
      v.regex(/^(?:[^\s:[\]]+|\[[0-9a-fA-F:.]+\]):\d{1,5}$/, "HOST:PORT"),
      v.description("second address, HOST:PORT, that answers /healthz and /readyz also when the service is frozen"),
    ),
  ),
  watchdogSeconds: v.optional(
    v.pipe(whole(0, 86_400), v.description("longest silence of the service before it is ended; 0 for no end")),
    60,
  ),
  data: v.optional(v.pipe(path, v.description("data directory")), "heddle-data"),
  processes: v.optional(
    v.pipe(path, v.description("folder whose package files are deployed as long as they are there")),
  ),
  publicUrl: v.optional(v.pipe(url, v.description("the URL that clients see"))),
  trustedProxy: v.optional(
    v.pipe(
      list,
      v.description("proxies whose Forwarded and X-Forwarded-Proto, -Host and -Prefix count: addresses or CIDR"),
    ),
    [],
  ),
  outputsDir: v.optional(
    v.pipe(path, v.description("directory of published outputs; in the data directory if not given")),
  ),
  workDir: v.optional(
    v.pipe(
      path,
      v.description(
        "directory of all that tools meet, work, outputs, uploads and images, on a disk that a cluster shares; the data directory if not given",
      ),
    ),
  ),
  outputsPath: v.optional(v.pipe(urlPath, v.description("path below which outputs are served")), "/outputs"),
  outputsUrl: v.optional(v.pipe(url, v.description("URL of a host that serves the outputs; this server if not given"))),
  inputRoot: v.optional(v.pipe(list, v.description("directories below which file:// inputs may lie")), []),
  allowFetch: v.optional(
    v.pipe(list, v.description("targets that are not public and may be fetched from: HOST, HOST:PORT or CIDR")),
    [],
  ),
  fetchIdleSeconds: v.optional(
    v.pipe(whole(1, 3600), v.description("longest silence of another server that is asked")),
    30,
  ),
  downloadSeconds: v.optional(
    v.pipe(whole(1, 7 * 86400), v.description("longest time of one request to another server, with its body")),
    3600,
  ),
  downloadTries: v.optional(
    v.pipe(
      whole(1, 100),
      v.description(
        "times that a file, a description or results of another server are asked for when it or the way to it fails",
      ),
    ),
    4,
  ),
  maxDocumentBytes: v.optional(
    v.pipe(whole(1024), v.description("largest document of another server that is read into memory, in bytes")),
    32 * 2 ** 20,
  ),
  maxDownloadBytes: v.optional(
    v.pipe(whole(1024), v.description("largest input or result fetched from another server, in bytes")),
    16 * 2 ** 30,
  ),
  ...signInSettings,
  removedJobs: v.optional(
    v.pipe(
      v.picklist(["410", "404"], "410 or 404"),
      v.description("answer for a job that was removed: 410 (gone), or 404 as for one that never was"),
    ),
    "410",
  ),
  syncJobs: v.optional(
    v.pipe(
      v.picklist(["always", "never"], "always or never"),
      v.description("whether a synchronous execution is a job when it ends within its wait: always or never"),
    ),
    "always",
  ),
  cors: v.optional(v.pipe(list, v.description("origins whose pages may call from a browser")), []),
  allowAnonymous: v.optional(
    v.pipe(
      anonymousRole,
      v.description("role of callers without a key: viewer (the default when given bare) or runner"),
    ),
  ),
  slots: v.optional(
    v.pipe(
      whole(1, 4096),
      v.description(
        "most tools that run at once, in parallel, and so the limit of simultaneous (concurrent) jobs; the cores if not given",
      ),
    ),
    () => availableParallelism(),
  ),
  cores: v.optional(
    v.pipe(whole(1, 4096), v.description("cores for tools that ask for some; the machine's if not given")),
    () => availableParallelism(),
  ),
  memoryMebibytes: v.optional(
    v.pipe(whole(1), v.description("memory for tools that ask for some, in MiB; the machine's if not given")),
    machineMebibytes,
  ),
  keepHours: v.optional(
    v.pipe(whole(1, 876_000), v.description("time that jobs are kept after their end; until dismissed if not given")),
  ),
  orphanDays: v.optional(
    v.pipe(
      whole(0, 36_500),
      v.description("days that files are kept which the database does not know; sooner removed when the disk is full"),
    ),
    30,
  ),
  acceptEmptyDatabase: v.optional(
    v.pipe(
      v.union([v.boolean(), v.picklist(["true", "false"])], "true or false"),
      v.transform((value) => value === true || value === "true"),
      v.description("begin with a new database though files of jobs are there, which are set aside"),
    ),
    false,
  ),
  minFreeBytes: v.optional(
    v.pipe(whole(0), v.description("free space below which no job is claimed, in bytes")),
    64 * 2 ** 20,
  ),
  clientRequests: v.optional(
    v.pipe(whole(1), v.description("requests of one user, or of one address without a key, that may be open")),
    1024,
  ),
  clientStreams: v.optional(
    v.pipe(whole(1), v.description("event streams of one user, or of one address, that may be open")),
    256,
  ),
  clientUploads: v.optional(
    v.pipe(whole(1), v.description("uploads of one user, or of one address, at once, in parallel")),
    32,
  ),
  shortageSeconds: v.optional(
    v.pipe(
      whole(0),
      v.description("how long a job waits while the server is short of descriptors, memory or room on a disk"),
    ),
    3600,
  ),
  maxQueued: v.optional(v.pipe(whole(1), v.description("jobs that may wait; more are answered 429")), 100_000),
  quotaVaultBytes: v.optional(
    v.pipe(whole(0), v.description("what uploads of one user, or of one address without a key, may take, in bytes")),
  ),
  quotaOutputBytes: v.optional(
    v.pipe(whole(0), v.description("what outputs of one user, or of one address without a key, may take, in bytes")),
  ),
  quotaQueued: v.optional(
    v.pipe(whole(1), v.description("jobs of one user, or of one address without a key, that may wait")),
  ),
  quotaSlots: v.optional(
    v.pipe(
      whole(1),
      v.description("tools and remote jobs of one user, or of one address, that run at once, in parallel"),
    ),
  ),
  rolePriority: v.optional(
    v.pipe(rolePriority, v.description("highest priority that a role may ask for: runner=N, deployer=N")),
    [],
  ),
  pinRole: v.optional(
    v.pipe(
      v.picklist(["runner", "deployer", "admin"], "runner, deployer or admin"),
      v.description("lowest role whose jobs may be pinned"),
    ),
    "deployer",
  ),
  syncLimitSeconds: v.optional(v.pipe(whole(0, 3600), v.description("longest wait of a synchronous execution")), 20),
  drainSeconds: v.optional(v.pipe(whole(0, 3600), v.description("longest wait for open requests at the end")), 10),
  graceSeconds: v.optional(
    v.pipe(whole(0, 3600), v.description("time from SIGTERM to SIGKILL of a dismissed tool")),
    1,
  ),
  expressionSeconds: v.optional(
    v.pipe(whole(1, 3600), v.description("longest time of one expression in a CWL package")),
    10,
  ),
  maxBodyBytes: v.optional(v.pipe(whole(1024), v.description("largest request body, in bytes")), 32 * 2 ** 20),
  maxBodyValues: v.optional(
    v.pipe(whole(1), v.description("most values in a request body of JSON: numbers, texts, lists, objects")),
    jsonBounds.maxValues,
  ),
  maxUploadBytes: v.optional(v.pipe(whole(1024), v.description("largest uploaded file, in bytes")), 16 * 2 ** 30),
  maxInlineBytes: v.optional(v.pipe(whole(0), v.description("largest file given by value, in bytes")), 10 * 2 ** 20),
  toolPath: v.optional(
    v.pipe(text, v.description("PATH of the tools")),
    "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin",
  ),
  maxWorkBytes: v.optional(
    v.pipe(whole(1024), v.description("what one tool may write, scratch included, in bytes")),
    64 * 2 ** 30,
  ),
  cacheBytes: v.optional(
    v.pipe(
      whole(0),
      v.description(
        "what outputs of steps in a sandbox and assets of STAC may take that are kept to be used again, in bytes; 0 keeps none",
      ),
    ),
    10 * 2 ** 30,
  ),
  toolDirectories: v.optional(
    v.pipe(directories, v.description("further directories that tools in a sandbox see, read-only unless DIR:rw")),
    [],
  ),
  containerEngine: v.optional(
    v.pipe(
      v.picklist(["auto", "none", ...engineNames], `auto, none, ${engineNames.join(", ")}`),
      v.description("what runs images that were not imported: a container engine, the first one that works, or none"),
    ),
    "auto",
  ),
  sandbox: v.optional(
    v.pipe(
      v.picklist(["auto", "require", "off"], "auto, require or off"),
      v.description(
        "sandbox of tools without a container: where it works, always (or they fail), never; if not given require once a key exists or others can reach the service, else auto",
      ),
    ),
  ),
  toolNetwork: v.optional(
    v.pipe(
      list,
      v.everyItem(isNetworkRule, "host, none, deployer=..., admin=... or process:ID=..."),
      v.description(
        "network of tools that ask for it, that of this machine or none: host, none, deployer=..., admin=... or process:ID=...; if not given none for what no admin deployed, once a key exists or others can reach the service",
      ),
    ),
    [],
  ),
  jobFiles: v.optional(
    v.pipe(v.picklist(["auto", "always"], "auto or always"), v.description("jobs that get a log file and links")),
    "auto",
  ),
  remoteJobs: v.optional(
    v.pipe(whole(1, 100_000), v.description("jobs on other servers that are watched at once, in parallel")),
    1024,
  ),
  secretFile: v.optional(
    v.pipe(path, v.description("file of the key that encrypts credentials; in the data directory if not given")),
  ),
  ...notificationSettings,
  ...clusterSettings,
  ...identitySettings,
  ...seeingEntries,
});

/** The whole configuration, frozen at start. */
export type Config = Readonly<v.InferOutput<typeof ConfigSchema>>;
