import { defined } from "../../domain/defined.ts";
import { shortageOf } from "../../domain/figures/shortage.ts";
import { clientOf, type Principal } from "../../domain/people/access.ts";
import { Problem } from "../../domain/problem.ts";
import { mediaTypeOf } from "../../domain/values/media-type.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import type { Layout } from "../../files/layout.ts";
import { removeVaultFile, storeVaultFile } from "../../files/vault.ts";
import type { Database } from "../../store/database/database.ts";
import { insertVaultFile, type VaultFile } from "../../store/uploads/vault.ts";
import { type AuditDeps, actorOf, auditing } from "../people/audit.ts";
import { requireAction } from "../people/guard.ts";
import { hashSecret } from "../people/secrets.ts";
import { type Quotas, uploadRoom } from "../submit/quotas.ts";

export type VaultDeps = {
  readonly database: Database;
  readonly clock: Clock;
  readonly layout: Layout;
  readonly newId: () => string;
  /** Draws an unguessable text of letters and digits. */
  readonly newSecret: () => string;
  /** False while the disk is almost full. */
  readonly hasSpace: () => boolean;
  readonly settings: { readonly maxUploadBytes: number; readonly quotas?: Quotas };
} & AuditDeps;

/** A file as it arrives. */
export type Upload = {
  readonly name?: string;
  readonly mediaType?: string;
  /** How many bytes the client says it has. */
  readonly declaredBytes?: number;
  /** What the client says that its SHA-256 digest is, in hexadecimal. */
  readonly sha256?: string;
  readonly content: AsyncIterable<Uint8Array>;
};

/** A kept file, with the token that a job needs besides its owner's key; the token is given here only. */
export type KeptFile = { readonly file: Omit<VaultFile, "tokenHash">; readonly token: string };

/** Bytes that changed on their way are not kept. */
async function refuseOthers(deps: VaultDeps, id: string, found: string, wanted: string | undefined): Promise<void> {
  if (wanted === undefined || wanted === found) return;
  await removeVaultFile(deps.layout, id);
  const detail = `Cannot upload file: found bytes with the SHA-256 digest ${found}, wanted those of ${wanted}`;
  throw new Problem("invalid-parameter-value", detail);
}

/** Gives the database for the write that keeps or removes an upload: the audit tells who, its name and its size, by its id. */
export function auditingUpload(
  deps: AuditDeps,
  principal: Principal,
  action: "upload" | "remove-upload",
  file: Pick<VaultFile, "id" | "name" | "sizeBytes">,
): Database {
  return auditing(deps, actorOf(principal), action, { subject: uploadSubject(file) });
}

/** Names an upload for the audit, by its id, its name and its size. */
export function uploadSubject({ id, name, sizeBytes }: Pick<VaultFile, "id" | "name" | "sizeBytes">): string {
  return `${id}: ${name}, ${sizeBytes} ${sizeBytes === 1 ? "byte" : "bytes"}`;
}

/** How long a file is kept that no job holds; 24 hours. */
export const keepMilliseconds = 24 * 3600 * 1000;

const fullRetrySeconds = 60;

/**
 * Keeps an uploaded file. Durable when it returns. Throws `content-too-large` past the limit, `forbidden` past the client's
 * quota, `invalid-parameter-value` for other bytes than the digest tells, `insufficient-storage` when the disk is almost full or gets full meanwhile; nothing is left then.
 */
export async function keepVaultFile(deps: VaultDeps, principal: Principal, upload: Upload): Promise<KeptFile> {
  requireAction(principal, "upload", "upload a file");
  const room = await uploadRoom(deps, principal);
  const check = (bytes: number) => {
    if (room !== undefined && bytes > room.bytes) throw room.refusal();
    if (!deps.hasSpace()) throw diskIsFull();
  };
  check(upload.declaredBytes ?? 1);
  const id = deps.newId();
  const token = deps.newSecret();
  const stored = await storeWithin(deps, id, upload.content, check);
  await refuseOthers(deps, id, stored.sha256, upload.sha256);
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
    ...defined({ user: principal.user }),
  };
  try {
    const kept = { ...file, tokenHash: hashSecret(token), client: clientOf(principal) };
    if (
      !(await insertVaultFile(auditingUpload(deps, principal, "upload", file), kept, deps.settings.quotas?.vaultBytes))
    ) {
      // Other uploads of the same client came first.
      throw (await uploadRoom(deps, principal))?.refusal() ?? diskIsFull();
    }
  } catch (error) {
    await removeVaultFile(deps.layout, id);
    throw error;
  }
  return { file, token };
}

async function storeWithin(deps: VaultDeps, id: string, content: Upload["content"], check: (bytes: number) => void) {
  try {
    return await storeVaultFile(deps.layout, id, content, { maxBytes: deps.settings.maxUploadBytes, check });
  } catch (error) {
    throw error instanceof Problem || shortageOf(error) === undefined ? error : diskIsFull(error);
  }
}

/** Words that there is no room for an upload. */
export function diskIsFull(cause?: unknown): Problem {
  const shortage = shortageOf(cause) ?? "room on a disk";
  const detail = `Cannot upload file: the server is short of ${shortage}`;
  return new Problem("insufficient-storage", detail, { cause, retryAfterSeconds: fullRetrySeconds });
}

/** Returns what a tool sees the file called: the last part of its name, without what a file name cannot hold. */
export function plainName(given: string | undefined): string {
  const last = (given ?? "").split(/[/\\]/).at(-1) ?? "";
  const name = last.toWellFormed().replaceAll(/\p{C}/gu, "_").slice(0, 128);
  return name === "" || name === "." || name === ".." ? "file" : name;
}
