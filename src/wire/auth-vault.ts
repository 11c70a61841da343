/** A token of the `X-Auth-Vault` header; without an id it is meant for every file. */
export type VaultAuthorization = { readonly token: string; readonly id?: string };

/** Reads `X-Auth-Vault: token T; id=ID`, several separated by commas. What is ill-formed is left out. */
export function parseVaultAuthorizations(header: string | null | undefined): readonly VaultAuthorization[] {
  return (header ?? "").split(",").flatMap((part) => {
    const [, token, , id] = /^\s*token\s+([^\s;,"]+)\s*(;\s*id\s*=\s*"?([^\s;,"]+)"?\s*)?$/i.exec(part) ?? [];
    if (token === undefined) return [];
    return [id === undefined ? { token } : { token, id }];
  });
}
