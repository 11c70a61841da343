import type { Principal } from "../domain/access.ts";
import type { Clock } from "../domain/clock.ts";
import { mediaTypeOf } from "../domain/media-type.ts";
import type { Layout } from "../files/layout.ts";
import { removeVaultFile, storeVaultFile } from "../files/vault.ts";
import type { Database } from "../store/database.ts";
import { insertVaultFile, type VaultFile } from "../store/vault.ts";
import { requireAction } from "./guard.ts";
import { hashSecret } from "./secrets.ts";

export type VaultDeps = {
  readonly database: Database;
  readonly clock: Clock;
  readonly layout: Layout;
  readonly newId: () => string;
  /** Draws an unguessable text of letters and digits. */
  readonly newSecret: () => string;
  readonly settings: { readonly maxUploadBytes: number };
};

/** A file as it arrives. */
export type Upload = {
  readonly name?: string;
  readonly mediaType?: string;
  readonly content: AsyncIterable<Uint8Array>;
};

/** A kept file, with the token that a job needs besides its owner's key; the token is given here only. */
export type KeptFile = { readonly file: Omit<VaultFile, "tokenHash">; readonly token: string };

/** How long a file is kept that no job holds; 24 hours. */
const keepMilliseconds = 24 * 3600 * 1000;

/** Keeps an uploaded file. Durable when it returns. Throws `content-too-large` past the limit; nothing is left then. */
export async function keepVaultFile(deps: VaultDeps, principal: Principal, upload: Upload): Promise<KeptFile> {
  requireAction(principal, "upload", "upload a file");
  const id = deps.newId();
  const token = deps.newSecret();
  const stored = await storeVaultFile(deps.layout, id, upload.content, { maxBytes: deps.settings.maxUploadBytes });
  const name = plainName(upload.name);
  const now = deps.clock.now();
  const file = {
    id,
    name,
    mediaType: upload.mediaType ?? mediaTypeOf(name),
    sizeBytes: stored.sizeBytes,
    sha256: stored.sha256,
    createdAt: now,
    expiresAt: now + keepMilliseconds,
    ...(principal.user === undefined ? {} : { user: principal.user }),
  };
  try {
    await insertVaultFile(deps.database, { ...file, tokenHash: hashSecret(token) });
  } catch (error) {
    await removeVaultFile(deps.layout, id);
    throw error;
  }
  return { file, token };
}

/** What a tool sees the file called: the last part of its name, without what a file name cannot hold. */
function plainName(given: string | undefined): string {
  const last = (given ?? "").split(/[/\\]/).at(-1) ?? "";
  const name = last.toWellFormed().replaceAll(/\p{C}/gu, "_").slice(0, 128);
  return name === "" || name === "." || name === ".." ? "file" : name;
}
