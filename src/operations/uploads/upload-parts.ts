import { defined } from "../../domain/defined.ts";
import { shortageOf } from "../../domain/figures/shortage.ts";
import { clientOf, type Principal } from "../../domain/people/access.ts";
import { Problem } from "../../domain/problem.ts";
import { mediaTypeOf } from "../../domain/values/media-type.ts";
import { removeVaultFile } from "../../files/vault.ts";
import { appendPart, joinParts, removeParts, sizeOfParts } from "../../files/vault-parts.ts";
import { findUsableFile, insertVaultFile, type VaultFile } from "../../store/uploads/vault.ts";
import { findUpload, insertUpload, removeUpload, type VaultUpload } from "../../store/uploads/vault-uploads.ts";
import { requireAction } from "../people/guard.ts";
import { hashSecret } from "../people/secrets.ts";
import { uploadRoom } from "../submit/quotas.ts";
import { auditingUpload, diskIsFull, keepMilliseconds, plainName, type VaultDeps } from "./keep-vault-file.ts";
import { mayUse, noUpload, type VaultClaim } from "./read-vault-file.ts";

/** What a client says of an upload before it sends anything. */
export type NewUpload = { readonly sizeBytes: number; readonly name?: string; readonly mediaType?: string };

/** An upload in parts, as far as it has come. */
export type UploadState = {
  readonly id: string;
  readonly offset: number;
  readonly sizeBytes: number;
  readonly expiresAt: number;
};

export type UploadDeps = VaultDeps & {
  /** The uploads that a part is written to just now. */
  readonly openUploads: Set<string>;
};

/** As many may be begun and not ended by one client. */
const maxUploads = 64;

/**
 * Begins an upload in parts. Durable when it returns; the token is given here only. Throws `content-too-large`, `forbidden` past
 * the client's quota, `too-many-requests` for too many that were not ended, `insufficient-storage`.
 */
export async function beginUpload(
  deps: UploadDeps,
  principal: Principal,
  given: NewUpload,
): Promise<{ readonly state: UploadState; readonly token: string }> {
  requireAction(principal, "upload", "upload a file");
  requireSize(deps, given.sizeBytes);
  if (!deps.hasSpace()) throw diskIsFull();
  const [id, token] = [deps.newId(), deps.newSecret()];
  const name = plainName(given.name);
  const now = deps.clock.now();
  const upload = {
    id,
    client: clientOf(principal),
    tokenHash: hashSecret(token),
    name,
    mediaType: given.mediaType ?? mediaTypeOf(name),
    sizeBytes: given.sizeBytes,
    createdAt: now,
    expiresAt: now + keepMilliseconds,
    ...defined({ user: principal.user }),
  };
  const maxBytes = deps.settings.quotas?.vaultBytes ?? Number.MAX_SAFE_INTEGER;
  if (!(await insertUpload(deps.database, upload, { maxBytes, maxUploads }))) {
    const room = await uploadRoom(deps, principal);
    if (room !== undefined && given.sizeBytes > room.bytes) throw room.refusal();
    const found = `${maxUploads} uploads or too many bytes that were begun`;
    throw new Problem("too-many-requests", `Cannot upload file: found ${found}, wanted them ended or removed first`);
  }
  const state = { id, offset: 0, sizeBytes: given.sizeBytes, expiresAt: upload.expiresAt };
  if (given.sizeBytes > 0) return { state, token };
  await appendPart(deps.layout, id, noBytes(), { offset: 0, check: () => {} });
  await endUpload(deps, principal, upload);
  return { state, token };
}

async function* noBytes(): AsyncGenerator<Uint8Array> {}

function requireSize({ settings }: UploadDeps, sizeBytes: number): void {
  const { maxUploadBytes } = settings;
  if (sizeBytes <= maxUploadBytes) return;
  const detail = `Cannot upload file: found ${sizeBytes} bytes, wanted at most ${maxUploadBytes}`;
  throw new Problem("content-too-large", detail);
}

/** Tells how far an upload has come; one that is whole has come to its end. Throws `forbidden`, as reading does. */
export async function uploadState(deps: UploadDeps, principal: Principal, claim: VaultClaim): Promise<UploadState> {
  requireAction(principal, "upload", "upload a file");
  const upload = await findUpload(deps.database, claim.id);
  if (upload === undefined) return wholeFile(deps, principal, claim);
  requireUse(deps, principal, upload, claim);
  const offset = Math.min(upload.sizeBytes, await sizeOfParts(deps.layout, upload.id));
  // A crash came between its last byte and its end.
  if (offset === upload.sizeBytes && !deps.openUploads.has(upload.id)) {
    deps.openUploads.add(upload.id);
    await endUpload(deps, principal, upload).finally(() => deps.openUploads.delete(upload.id));
  }
  return stateOf(upload, offset);
}

async function wholeFile(deps: UploadDeps, principal: Principal, claim: VaultClaim): Promise<UploadState> {
  const file = await findUsableFile(deps.database, claim.id, deps.clock.now());
  if (file === undefined || !mayUse(principal, file, claim)) throw noUpload("go on with", claim.id);
  return stateOf(file, file.sizeBytes);
}

function requireUse(deps: UploadDeps, principal: Principal, file: VaultUpload, claim: VaultClaim): void {
  if (file.expiresAt > deps.clock.now() && mayUse(principal, file, claim)) return;
  throw noUpload("go on with", claim.id);
}

function stateOf({ id, sizeBytes, expiresAt }: VaultUpload | VaultFile, offset: number): UploadState {
  return { id, offset, sizeBytes, expiresAt };
}

/**
 * Takes the next part of an upload; with its last byte it is a file of the vault. What arrived of a part that broke off is kept.
 * Throws `conflict` for another offset than the upload has come to, and while another part is written; `content-too-large` for
 * more than was announced.
 */
export async function takePart(
  deps: UploadDeps,
  principal: Principal,
  claim: VaultClaim,
  part: { readonly offset: number; readonly content: AsyncIterable<Uint8Array> },
): Promise<UploadState> {
  const { id, offset, sizeBytes } = await uploadState(deps, principal, claim);
  if (deps.openUploads.has(id)) throw conflict(id, "another part that is written", "one part at a time");
  if (part.offset !== offset) throw conflict(id, `offset ${part.offset}`, `${offset}`);
  const upload = await findUpload(deps.database, id);
  if (upload === undefined) throw conflict(id, "a part", "none: it is whole");
  deps.openUploads.add(id);
  try {
    const check = (bytes: number) => {
      if (bytes > sizeBytes) {
        const detail = `Cannot upload file: found more than ${sizeBytes} bytes, wanted as many as were announced`;
        throw new Problem("content-too-large", detail);
      }
      if (!deps.hasSpace()) throw diskIsFull();
    };
    const reached = await appendPart(deps.layout, id, part.content, { offset, check });
    if (reached === sizeBytes) await endUpload(deps, principal, upload);
    return stateOf(upload, reached);
  } catch (error) {
    throw error instanceof Problem || shortageOf(error) === undefined ? error : diskIsFull(error);
  } finally {
    deps.openUploads.delete(id);
  }
}

function conflict(id: string, found: string, wanted: string): Problem {
  return new Problem("conflict", `Cannot go on with upload "${id}": found ${found}, wanted ${wanted}`);
}

/** The file has its name before its row: a crash between them leaves the upload, which is ended when somebody asks for it. */
async function endUpload(deps: UploadDeps, principal: Principal, upload: VaultUpload): Promise<void> {
  const sha256 = await joinParts(deps.layout, upload.id);
  const { vaultBytes } = deps.settings.quotas ?? {};
  if (await insertVaultFile(auditingUpload(deps, principal, "upload", upload), { ...upload, sha256 }, vaultBytes))
    return;
  await removeUpload(deps.database, upload.id);
  await removeVaultFile(deps.layout, upload.id);
  throw conflict(upload.id, "other uploads that came first", "room in the quota");
}

/** Ends an upload that is not whole, and removes what came of it. False when there is none. Throws `forbidden`, `conflict`. */
export async function dropUpload(deps: UploadDeps, principal: Principal, claim: VaultClaim): Promise<boolean> {
  requireAction(principal, "upload", "remove an upload");
  const upload = await findUpload(deps.database, claim.id);
  if (upload === undefined) return false;
  if (!mayUse(principal, upload, claim)) throw noUpload("remove", claim.id);
  if (deps.openUploads.has(upload.id)) throw conflict(upload.id, "a part that is written", "none");
  await removeUpload(deps.database, upload.id);
  await removeParts(deps.layout, upload.id);
  await removeVaultFile(deps.layout, upload.id);
  return true;
}
