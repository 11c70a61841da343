const date = /^(\d\d\d\d)-(\d\d)-(\d\d)$/;
const time = /^(\d\d):(\d\d):(\d\d)(?:\.\d+)?(z|([+-])(\d\d):(\d\d))?$/i;
const daysOfMonths: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const byte = "(?:25[0-5]|2[0-4]\\d|[01]?\\d\\d?)";
const ipv4 = new RegExp(`^(?:${byte}\\.){3}${byte}$`);
const strictByte = /^(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$/;
const hostname = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[-0-9a-z]{0,61}[0-9a-z])?)*$/i;
const durationParts = /^P(?:(\d+W)|(\d+Y)?(\d+M)?(\d+D)?(?:T(\d+H)?(\d+M)?(\d+S)?)?)$/;
const mailbox =
  /^("(?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*"|[a-z0-9.!#$%&'*+/=?^_`{|}~-]+)@([^\n\r\u2028\u2029]+)$/i;
/** A percent sign that begins no escape. */
const brokenEscape = /%(?![0-9a-f]{2})/i;
const uriCharacters = /^[a-z0-9\-._~!$&'()*+,;=:@/?#[\]%]*$/i;
const referenceCharacters = /^[a-z0-9\-._~!$&'"()*+,;=:@/?#[\]%]*$/i;
const templateVariable = /^[a-z0-9_%]+(?:\.[a-z0-9_%]+)*(?::[1-9][0-9]{0,3}|\*)?$/i;

/** The formats that are checked (JSON Schema 2020-12 validation, 7.3), each in one go over the text; others say nothing. */
export const formats: Readonly<Record<string, (text: string) => boolean>> = {
  date: isDate,
  time: (text) => isTime(text),
  "date-time": (text) => {
    const [day = "", clock, more] = text.split(/[t\s]/i, 3);
    return clock !== undefined && more === undefined && isDate(day) && isTime(clock);
  },
  duration: isDuration,
  uri: (text) => /^[a-z][a-z0-9+\-.]*:[^?#]/i.test(text) && isUri(text, uriCharacters),
  "uri-reference": (text) => isUri(text, referenceCharacters),
  "uri-template": isUriTemplate,
  url: isUrl,
  email: isEmail,
  hostname: (text) => text.length <= 253 && hostname.test(text),
  ipv4: (text) => ipv4.test(text),
  ipv6: isIpv6,
  regex: isRegex,
  uuid: (text) => /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(text),
  "json-pointer": isPointer,
  "json-pointer-uri-fragment": (text) =>
    /^#[a-z0-9_\-.!$&'()*+,;:=@/~%]*$/i.test(text) && !brokenEscape.test(text) && isPointer(text.slice(1)),
  "relative-json-pointer": (text) => {
    const [, rest] = /^(?:0|[1-9][0-9]*)(?![0-9])([\s\S]*)$/.exec(text) ?? [];
    return rest === "#" || (rest !== undefined && isPointer(rest));
  },
};

function isDate(text: string): boolean {
  const [year = 0, month = 0, day = 0] = (date.exec(text) ?? []).slice(1).map(Number);
  const isLeapYear = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && isLeapYear ? 29 : (daysOfMonths[month - 1] ?? 0);
  return day >= 1 && day <= days;
}

/** A leap second ends a day of UTC. */
function isTime(text: string): boolean {
  const [whole, hours, minutes, seconds, zone, sign, zoneHours = "0", zoneMinutes = "0"] = time.exec(text) ?? [];
  if (whole === undefined || zone === undefined) return false;
  const [hour, minute, second] = [Number(hours), Number(minutes), Number(seconds)];
  if (hour > 23 || minute > 59 || second > 60 || Number(zoneHours) > 23 || Number(zoneMinutes) > 59) return false;
  const shift = (Number(zoneHours) * 60 + Number(zoneMinutes)) * (sign === "-" ? -1 : 1);
  return second < 60 || (hour * 60 + minute - shift + 2880) % 1440 === 1439;
}

/** Each part but the first needs the one before it: P1Y2D is none. */
function isDuration(text: string): boolean {
  const [whole, weeks, ...parts] = durationParts.exec(text) ?? [];
  if (whole === undefined) return false;
  if (weeks !== undefined) return true;
  const isJoined = (group: readonly (string | undefined)[]) => {
    const given = group.flatMap((part, index) => (part === undefined ? [] : [index]));
    return given.every((place, index) => place === (given[0] ?? 0) + index);
  };
  const [day, clock] = [parts.slice(0, 3), parts.slice(3)];
  const hasClock = clock.some((part) => part !== undefined);
  const hasDay = day.some((part) => part !== undefined);
  return (hasDay || hasClock) && hasClock === text.includes("T") && isJoined(day) && isJoined(clock);
}

function isPointer(text: string): boolean {
  return (text === "" || text.startsWith("/")) && !/~(?![01])/.test(text);
}

/** Literals, and expressions in braces (RFC 6570, 2). */
function isUriTemplate(text: string): boolean {
  if (brokenEscape.test(text)) return false;
  const literals = text.replaceAll(/\{[^{}]*\}/g, "");
  const expressions = text.match(/\{[^{}]*\}/g) ?? [];
  return (
    /^[^\0-\x20\x7f"<>\\^`{|}]*$/.test(literals) &&
    expressions.every((expression) =>
      expression
        .slice(1, -1)
        .replace(/^[+#./;?&=,!@|]/, "")
        .split(",")
        .every((variable) => templateVariable.test(variable)),
    )
  );
}

/** Its parts (RFC 3986, B), each of characters that it may have. */
function isUri(text: string, characters: RegExp): boolean {
  if (!characters.test(text) || brokenEscape.test(text)) return false;
  const hash = text.indexOf("#");
  if (hash !== -1 && text.includes("#", hash + 1)) return false;
  const beforeHash = hash === -1 ? text : text.slice(0, hash);
  const beforeQuery = beforeHash.split("?", 1)[0] ?? "";
  const rest = beforeQuery.replace(/^[a-z][a-z0-9+\-.]*:/i, "");
  if (/[[\]]/.test(text.slice(beforeQuery.length))) return false;
  const [authority, path] = splitAuthority(rest);
  return !/[[\]]/.test(path) && (authority === undefined || isAuthority(authority));
}

function splitAuthority(rest: string): readonly [string | undefined, string] {
  if (!rest.startsWith("//")) return [undefined, rest];
  const slash = rest.indexOf("/", 2);
  return slash === -1 ? [rest.slice(2), ""] : [rest.slice(2, slash), rest.slice(slash)];
}

function isAuthority(authority: string): boolean {
  const at = authority.indexOf("@");
  const place = at === -1 ? authority : authority.slice(at + 1);
  if (place.includes("@") || (at !== -1 && /[[\]]/.test(authority.slice(0, at)))) return false;
  const [, literal, port] = /^(?:\[([^[\]]*)\]|[^:[\]]*)(:\d*)?$/.exec(place) ?? ["none", "", "none"];
  if (port === "none") return false;
  return literal === undefined || isIpv6(literal) || /^v[0-9a-f]+\.[a-z0-9\-._~!$&'()*+,;=:]+$/i.test(literal);
}

/** An address of the web: a public host name or address, and a path when more follows. */
function isUrl(text: string): boolean {
  const [, rest] = /^(?:https?|ftp):\/\/(\S+)$/i.exec(text) ?? [];
  if (rest === undefined) return false;
  const slash = rest.indexOf("/");
  const authority = slash === -1 ? rest : rest.slice(0, slash);
  const place = authority.slice(authority.lastIndexOf("@") + 1);
  if (authority.startsWith("@")) return false;
  const host = place.replace(/:\d{2,5}$/, "");
  return isPublicAddress(host) || isPublicName(host);
}

function isPublicAddress(host: string): boolean {
  const numbers = host.split(".");
  const [first = 0, second = 0, , last = 0] = numbers.map(Number);
  if (numbers.length !== 4 || !numbers.every((number) => strictByte.test(number))) return false;
  const isPrivate =
    first === 10 || first === 127 || (first === 169 && second === 254) || (first === 192 && second === 168);
  return (
    first >= 1 &&
    first <= 223 &&
    !isPrivate &&
    !(first === 172 && second >= 16 && second <= 31) &&
    last >= 1 &&
    last <= 254
  );
}

function isPublicName(host: string): boolean {
  const labels = host.split(".");
  const isLabel = (label: string) => /^[a-z\u{a1}-\u{ffff}0-9]+(?:-[a-z\u{a1}-\u{ffff}0-9]+)*$/iu.test(label);
  return labels.length > 1 && labels.every(isLabel) && /^[a-z\u{a1}-\u{ffff}]{2,}$/iu.test(labels.at(-1) ?? "");
}

function isEmail(text: string): boolean {
  const [, name = "", host = ""] = text.length > 64 + 1 + 253 ? [] : (mailbox.exec(text) ?? []);
  if (name === "" || name.length > 64 || host.length > 253) return false;
  if (!name.startsWith('"') && (name.startsWith(".") || name.endsWith(".") || name.includes(".."))) return false;
  if (!host.startsWith("[") || !host.endsWith("]")) return hostname.test(host);
  const literal = host.slice(1, -1);
  return /^ipv6:/i.test(literal) ? isIpv6(literal.slice(5)) : ipv4.test(literal);
}

/** Eight groups of 16 bits, the last two maybe as IPv4; `::` stands for one or more groups of zero (RFC 4291 2.2). */
function isIpv6(text: string): boolean {
  if (text.length > 45) return false;
  const halves = text.split("::");
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  const last = groups.at(-1) ?? "";
  const hasAddress = last.includes(".");
  if (
    hasAddress &&
    (text.endsWith("::") || !(last.split(".").length === 4 && last.split(".").every((one) => strictByte.test(one))))
  )
    return false;
  const hexadecimal = hasAddress ? groups.slice(0, -1) : groups;
  const count = hexadecimal.length + (hasAddress ? 2 : 0);
  if (!hexadecimal.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false;
  return halves.length === 1 ? count === 8 : halves.length === 2 && count <= 7;
}

function isRegex(text: string): boolean {
  if (/[^\\]\\Z/.test(text)) return false;
  try {
    new RegExp(text, "u");
    return true;
  } catch {
    // What the language cannot read is none.
    return false;
  }
}
