import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import type { Config } from "../../config/config.ts";
import type { Logger } from "../../domain/logger.ts";
import { errorText, Problem } from "../../domain/problem.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { startInterval } from "../../domain/waiting/timers.ts";

/** The certificate of the service with those that it was signed by, and its key, both as PEM. */
export type Tls = { readonly cert: string; readonly key: string };

type TlsFiles = { readonly certificate: string; readonly key: string };

/** Gives the files that the settings name; undefined when the service speaks plain HTTP. Throws `invalid-parameter-value` when only one of them is named. */
export function tlsFilesOf({ tlsCertificateFile: certificate, tlsKeyFile: key }: Config): TlsFiles | undefined {
  if (certificate !== undefined && key !== undefined) return { certificate, key };
  if (certificate === undefined && key === undefined) return undefined;
  const [has, lacks] = key === undefined ? ["certificate", "key"] : ["key", "certificate"];
  throw new Problem(
    "invalid-parameter-value",
    `Cannot use --tls-${has}-file: found no --tls-${lacks}-file, wanted both, or none of them for plain HTTP`,
  );
}

/** Reads and checks the files. Throws `unavailable`, naming the file, when they cannot be used. */
export async function readTls(files: TlsFiles, now: number): Promise<Tls> {
  const cert = await readPem(files.certificate);
  const key = await readPem(files.key);
  const first = parsed(files.certificate, "a certificate in PEM", () => new X509Certificate(cert));
  const secret = parsed(files.key, "a private key in PEM, without a password", () => createPrivateKey(key));
  if (!first.checkPrivateKey(secret)) {
    throw unusable(
      files.key,
      `the key of another certificate than "${files.certificate}"`,
      "the key that belongs to it",
    );
  }
  if (Date.parse(first.validTo) < now) {
    throw unusable(files.certificate, `that it expired at ${first.validTo}`, "a certificate that is valid now");
  }
  return { cert, key };
}

async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw unusable(file, errorText(cause), "a file that this user can read", cause);
  }
}

function parsed<Value>(file: string, wanted: string, parse: () => Value): Value {
  try {
    return parse();
  } catch (cause) {
    throw unusable(file, "something else", wanted, cause);
  }
}

function unusable(file: string, found: string, wanted: string, cause?: unknown): Problem {
  return new Problem("unavailable", `Cannot use "${file}" for TLS: found ${found}, wanted ${wanted}`, { cause });
}

/** How often the files are looked at: whoever renews a certificate needs not tell. */
const lookMilliseconds = 10_000;

type WatchDeps = {
  readonly files: TlsFiles;
  readonly logger: Logger;
  readonly clock: Pick<Clock, "now">;
  /** Takes the new certificate. */
  renew(tls: Tls): void;
};

/** Looks for new files, and takes them in as soon as they fit together. What is wrong with them is logged once; the old ones serve on. */
export type TlsWatch = Disposable & { look(): Promise<void> };

/** Begins to watch the files of TLS. */
export async function watchTls({ files, logger, clock, renew }: WatchDeps): Promise<TlsWatch> {
  let seen = await stateOf(files);
  const look = async () => {
    const state = await stateOf(files);
    if (state === seen) return;
    seen = state;
    try {
      renew(await readTls(files, clock.now()));
      logger.info("Took in a new certificate", { file: files.certificate });
    } catch (error) {
      logger.error(`The certificate of before serves on: ${errorText(error)}`);
    }
  };
  const interval = startInterval(lookMilliseconds, () => void look());
  return { look, [Symbol.dispose]: () => interval[Symbol.dispose]() };
}

/** Names what would change when somebody renews one of the files, also by a link that is set anew. */
async function stateOf({ certificate, key }: TlsFiles): Promise<string> {
  const states = await Promise.all(
    [certificate, key].map(async (file) => {
      try {
        const { dev, ino, size, mtimeMs } = await stat(file);
        return [dev, ino, size, mtimeMs].join(" ");
      } catch (error) {
        return errorText(error);
      }
    }),
  );
  return states.join("; ");
}
