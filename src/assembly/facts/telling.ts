import type { Config } from "../../config/config.ts";
import { Problem } from "../../domain/problem.ts";
import { readSecretFile } from "../../files/disk/secret-file.ts";
import { readSigningKey } from "../../net/callback.ts";
import type { MailServer } from "../../net/mail.ts";

type TellingConfig = Pick<Config, "smtpUrl" | "smtpPasswordFile" | "mailFrom" | "mailTo" | "notifySecretFile">;

/** What telling subscribers takes besides the service itself. */
export type Telling = {
  /** Undefined when no mails are sent. */
  readonly mailServer?: MailServer;
  /** Undefined when callbacks are not signed. */
  readonly signingKey?: Uint8Array;
};

/** Reads the secrets that telling subscribers takes. Throws `invalid-parameter-value` or `unavailable` naming the setting. */
export async function readTelling(config: TellingConfig): Promise<Telling> {
  const { notifySecretFile: file } = config;
  const mailServer = await readMailServer(config);
  const secret = file === undefined ? undefined : await readSecretFile(file, "--notify-secret-file");
  return {
    ...(mailServer === undefined ? {} : { mailServer }),
    ...(secret === undefined ? {} : { signingKey: readSigningKey(secret) }),
  };
}

/** Reads where mails are handed to; undefined when nowhere. */
async function readMailServer(config: TellingConfig): Promise<MailServer | undefined> {
  const { smtpUrl, smtpPasswordFile, mailFrom, mailTo } = config;
  if (smtpUrl === undefined && mailTo.length > 0) {
    throw new Problem("invalid-parameter-value", "Cannot use --mail-to: found no --smtp-url, wanted one beside it");
  }
  if (smtpUrl === undefined) return undefined;
  if (mailFrom === undefined) {
    throw new Problem("invalid-parameter-value", "Cannot use --smtp-url: found no --mail-from, wanted one beside it");
  }
  const { protocol, hostname, port, username } = new URL(smtpUrl);
  const isSecure = protocol === "smtps:";
  if ((username === "") !== (smtpPasswordFile === undefined)) {
    const detail = "Cannot use --smtp-url: found a user or --smtp-password-file, wanted both or neither";
    throw new Problem("invalid-parameter-value", detail);
  }
  const password =
    smtpPasswordFile === undefined ? undefined : await readSecretFile(smtpPasswordFile, "--smtp-password-file");
  return {
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? (isSecure ? 465 : 587) : Number(port),
    isSecure,
    from: mailFrom,
    to: mailTo,
    ...(password === undefined ? {} : { auth: { user: decodeURIComponent(username), password } }),
  };
}
