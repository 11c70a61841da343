const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

/**
 * Gives the network by which a client is known: an IPv4 address itself, of an IPv6 one the first 64 bits, which are one
 * customer's. Undefined for what is no address.
 */
export function networkOf(address: string): string | undefined {
  const [plain = ""] = address.split("%");
  if (ipv4.test(plain)) return plain;
  if (!plain.includes(":") || !/^[0-9a-f:.]+$/i.test(plain) || !URL.canParse(`http://[${plain}]/`)) return undefined;
  const groups = groupsOf(new URL(`http://[${plain}]/`).hostname.slice(1, -1));
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped)
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 255])
      .join(".");
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(":")}::/64`;
}

/** The eight groups of an IPv6 address as the URL standard writes it: `::` at most once, no IPv4 address at the end. */
function groupsOf(address: string): readonly number[] {
  const [head = "", tail = ""] = address.split("::");
  const [before, after] = [head, tail].map((part) => (part === "" ? [] : part.split(":")));
  const given = [...(before ?? []), ...(after ?? [])].length;
  const between = Array.from({ length: 8 - given }, () => "0");
  return [...(before ?? []), ...between, ...(after ?? [])].map((group) => Number.parseInt(group, 16));
}
