import { Problem, type ProblemKind } from "../../domain/problem.ts";
import { keepVaultFile, type VaultDeps } from "../../operations/uploads/keep-vault-file.ts";
import { secretReference } from "../../operations/uploads/references.ts";
import type { MultipartPart } from "../../wire/multipart.ts";
import { principalOf, type RouteContext } from "../route.ts";
import { checkedFacts } from "./upload-facts.ts";

/** A file of a form: the reference to what was kept of it, or why nothing was. */
export type FormFile = { readonly reference: string } | { readonly refusal: string };

/** What is wrong with one file, or with its upload: the form that it came with is as good as before. */
const ofOneFile: readonly ProblemKind[] = [
  "content-too-large",
  "forbidden",
  "insufficient-storage",
  "invalid-parameter-value",
];

/**
 * Keeps a file of a form as an upload. One that is refused is read to its end, up to twice the limit of uploads, so that the
 * fields behind it are read, too. Throws the refusal of a file that is longer still.
 */
export async function keepFormFile(
  deps: VaultDeps,
  context: RouteContext,
  part: MultipartPart,
  filename: string,
): Promise<FormFile> {
  const source = part.content[Symbol.asyncIterator]();
  let readBytes = 0;
  const next = async () => {
    const result = await source.next();
    if (result.done !== true) readBytes += result.value.byteLength;
    return result;
  };
  // Whoever stops reading it must not end it: what is left of it is passed over.
  const content = { [Symbol.asyncIterator]: () => ({ next }) };
  try {
    const facts = checkedFacts(filename, part.headers.get("content-type") ?? null);
    const { file, token } = await keepVaultFile(deps, principalOf(context), { ...facts, content });
    return { reference: secretReference(file.id, token) };
  } catch (error) {
    if (!(error instanceof Problem) || !ofOneFile.includes(error.kind)) throw error;
    const mostBytes = 2 * deps.settings.maxUploadBytes;
    while (readBytes <= mostBytes && (await next()).done !== true);
    if (readBytes > mostBytes) throw error;
    return {
      refusal: `the file ${JSON.stringify(filename.slice(0, 80))} was not taken (${error.message}): choose a file again`,
    };
  }
}
