import { expect, test } from "bun:test";
import { parseForwarded } from "../../src/wire/forwarded.ts";

const isTrusted = (address: string) => address.startsWith("10.") || address === "fd00::1";

test.each([
  ["nothing", {}, {}],
  [
    "Forwarded",
    { forwarded: "for=192.0.2.1;proto=https;host=maps.example" },
    { scheme: "https", host: "maps.example" },
  ],
  [
    "names in any case, quotes and a port",
    { forwarded: 'For="[2001:db8::1]:4711" ; Proto=HTTPS; Host="Maps.example:8443"' },
    { scheme: "https", host: "maps.example:8443" },
  ],
  [
    "what the nearest proxy saw, where a client made the rest up",
    { forwarded: "host=evil.example, for=192.0.2.1;proto=https;host=maps.example" },
    { scheme: "https", host: "maps.example" },
  ],
  [
    "what the outer of two trusted proxies saw",
    { forwarded: 'for=192.0.2.1;proto=https;host=maps.example, for="10.0.0.2:80";proto=http;host=inner' },
    { scheme: "https", host: "maps.example" },
  ],
  [
    "the headers that are older than the standard",
    { "x-forwarded-proto": "https", "x-forwarded-host": "maps.example", "x-forwarded-prefix": "/heddle/" },
    { scheme: "https", host: "maps.example", prefix: "/heddle" },
  ],
  [
    "the last of an older list",
    { "x-forwarded-for": "192.0.2.1", "x-forwarded-host": "evil.example, maps.example", "x-forwarded-proto": "https" },
    { scheme: "https", host: "maps.example" },
  ],
  [
    "an older list through two trusted proxies",
    { "x-forwarded-for": "192.0.2.1, 10.0.0.2", "x-forwarded-host": "maps.example, inner" },
    { host: "maps.example" },
  ],
  [
    "an older header that the inner proxy kept as it was",
    { "x-forwarded-for": "192.0.2.1, 10.0.0.2", "x-forwarded-host": "maps.example", "x-forwarded-proto": "https" },
    { scheme: "https", host: "maps.example" },
  ],
] as const)("forwarded headers give %s", (_name, headers, expected) => {
  expect(parseForwarded(new Headers(headers), isTrusted)).toEqual(expected);
});
