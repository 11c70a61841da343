import { expect, test } from "bun:test";
import { isImageName } from "../../../src/executors/images/image-name.ts";

const digest = `sha256:${"ab".repeat(32)}`;

test.each([
  "debian",
  "debian:stable-slim",
  "library/debian",
  "docker.io/library/debian:12",
  "Example.org/a/b:V1.2_3",
  "localhost:5000/a__b/c--d.e_f:latest",
  "[::1]:5000/a",
  `debian@${digest}`,
  `ghcr.io/a/b:1@${digest}`,
  digest,
  "archive.tar",
])("%j is the name of an image", (name) => {
  expect(isImageName(name)).toBe(true);
});

test.each([
  "",
  "-",
  "--privileged",
  "-v/:/host",
  "--volume=/:/host",
  "a b",
  "a\nb",
  "debian\n",
  " debian",
  "a\0b",
  "../../etc",
  "/etc/passwd",
  "a//b",
  "a/",
  "/a",
  "a/../b",
  "./a",
  "Debian",
  "a/B",
  "a:",
  "a:-x",
  "a:b:c",
  "a@",
  "a@sha256:12",
  "a;b",
  "a$(id)",
  "a'b",
  "ä",
  "https://example.org/root.tar",
  "docker://debian",
  "-x/a",
  "a-.b/c",
  `${"a".repeat(500)}`,
])("%j is none", (name) => {
  expect(isImageName(name)).toBe(false);
});

test("a long text is told apart without going over it again and again", () => {
  for (const text of [`${"a-".repeat(200)}!`, `${"a.".repeat(200)}!`, `${"a_".repeat(199)}!`, `${"a/".repeat(199)}!`]) {
    expect(isImageName(text)).toBe(false);
  }
});
