import { expandName, type LoadContext } from "./load/load-context.ts";

/** What a document that asks for secret inputs is told. */
export const secretsWarning =
  "inputs are stored and shown in clear here, though the package asks for some to be kept secret";

/**
 * Tells whether a requirement or hint asks for inputs to be kept secret (`cwltool:Secrets`), however its name is written: with
 * any prefix, as an IRI, or bare.
 */
export function asksForSecrets(context: Pick<LoadContext, "namespaces">, name: string): boolean {
  return [name, expandName(context, name)].some((one) => /(?:^|[#/:])Secrets$/.test(one.trim()));
}
