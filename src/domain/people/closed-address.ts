/** The flag of `heddle serve` that opens addresses which are not of the public internet, and the setting that it gives. */
const [flag, setting] = ["--allow-fetch", "allowFetch"] as const;

/** Names the setting that opens addresses which are not of the public internet. */
export const openingSetting = setting;

/** Words what is wanted of an address that another server is asked at. */
export const openAddressWords = `an address of the public internet, or one that the operator of this service allows (${flag} HOST, or ${setting} in the file of settings)`;

/** Words why an address is not asked, and what opens it: `host` is as a URL has it, with a port that is not the usual one. */
export function closedAddressWords(host: string): string {
  return `its address is not of the public internet, and ${flag} does not name it; the operator of this service can allow it (${flag} ${host}, or ${setting} in the file of settings)`;
}

/** Tells whether a text says that an address is not of the public internet, and what would open it. */
export function saysClosedAddress(text: string): boolean {
  return text.includes(flag);
}
