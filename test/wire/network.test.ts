import { expect, test } from "bun:test";
import { forwardedAddress } from "../../src/wire/forwarded.ts";
import { networkOf } from "../../src/wire/network.ts";

test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"],
  ["2001:0DB8:0001:0002::3", "2001:db8:1:2::/64"],
  ["2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"],
  ["2001:db8::", "2001:db8:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["64:ff9b::192.0.2.1", "64:ff9b:0:0::/64"],
  ["unknown", undefined],
  ["_hidden", undefined],
  ["", undefined],
])("the network of %p is %p", (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test.each([
  [{ "x-forwarded-for": "192.0.2.1" }, "192.0.2.1"],
  [{ "x-forwarded-for": "198.51.100.1, 192.0.2.1" }, "192.0.2.1"],
  [{ "x-forwarded-for": "192.0.2.1, 10.0.0.1" }, "192.0.2.1"],
  [{ forwarded: 'for="[2001:db8::1]:4711";proto=https' }, "2001:db8::1"],
  [{ forwarded: "for=198.51.100.1, for=192.0.2.1;host=a" }, "192.0.2.1"],
  [{}, undefined],
] as const)("of %p the client that the first trusted proxy saw is %p", (headers, address) => {
  expect(forwardedAddress(new Headers(headers), (peer) => peer.startsWith("10."))).toBe(address);
});
