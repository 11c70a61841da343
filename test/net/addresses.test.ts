import { expect, test } from "bun:test";
import { isReachable, readAllowList } from "../../src/net/addresses.ts";

const closed = [
  "0.0.0.0",
  "10.1.2.3",
  "100.64.0.1",
  "127.0.0.1",
  "169.254.169.254",
  "172.31.255.255",
  "192.168.1.1",
  "198.18.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::ffff:127.0.0.1",
  "::ffff:a00:1",
  "::127.0.0.1",
  "64:ff9b::a00:1",
  "fc00::1",
  "fe80::1",
  "ff02::1",
  "2001:db8::1",
  "2002:7f00:1::",
  "2001::1",
];

for (const address of closed) {
  test(`${address} is not of the public internet`, () => {
    expect(isReachable({ host: "example.org", port: 80, address }, [])).toBe(false);
  });
}

for (const address of ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:1.1.1.1"]) {
  test(`${address} is public`, () => {
    expect(isReachable({ host: "example.org", port: 80, address }, [])).toBe(true);
  });
}

const target = { host: "peer.example", port: 8080, address: "10.1.2.3" };

for (const entry of ["peer.example", "PEER.example:8080", "10.0.0.0/8", "10.1.2.3", "10.1.2.3:8080"]) {
  test(`--allow-fetch ${entry} opens ${target.host}:${target.port} at ${target.address}`, () => {
    expect(isReachable(target, readAllowList([entry]))).toBe(true);
  });
}

for (const entry of ["other.example", "peer.example:80", "10.2.0.0/16", "10.1.2.4", "fc00::/7"]) {
  test(`--allow-fetch ${entry} leaves ${target.host}:${target.port} at ${target.address} closed`, () => {
    expect(isReachable(target, readAllowList([entry]))).toBe(false);
  });
}

test("An IPv6 address may be allowed bare, in brackets and with its port", () => {
  const address = "::1";
  for (const entry of ["::1", "[::1]", "[::1]:8080", "::/127"]) {
    expect(isReachable({ host: "::1", port: 8080, address }, readAllowList([entry]))).toBe(true);
  }
  expect(isReachable({ host: "::1", port: 80, address }, readAllowList(["[::1]:8080"]))).toBe(false);
});

for (const entry of ["", "http://a", "a b", "10.0.0.0/33", "host:99999", "*"]) {
  test(`--allow-fetch ${JSON.stringify(entry)} is refused`, () => {
    expect(() => readAllowList([entry])).toThrow("--allow-fetch");
  });
}
