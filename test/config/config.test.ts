import { expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ConfigSchema } from "../../src/config/config.ts";
import { isLocalOnly } from "../../src/config/exposure.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const nothing = { flags: {}, environment: {} } as const;

test("readConfig() gives the defaults when nothing is set", () => {
  expect(readConfig(nothing)).toMatchObject({ host: "127.0.0.1", port: 8080, outputsPath: "/outputs", cors: [] });
});

test("readConfig() takes flags before the environment before the file", async () => {
  await using folder = await temporaryDirectory();
  const file = join(folder.path, "heddle.yml");
  await writeFile(file, "port: 1001\nslots: 7\nsyncLimitSeconds: 3\n");
  const config = readConfig({
    flags: { port: "1003" },
    environment: { HEDDLE_PORT: "1002", HEDDLE_SLOTS: "8" },
    file,
  });
  expect(config).toMatchObject({ port: 1003, slots: 8, syncLimitSeconds: 3 });
});

for (const [title, flags, words] of [
  ["a port out of range", { port: "70000" }, ["--port", "70000", "65535"]],
  ["a number that is none", { slots: "many" }, ["--slots", "many", "whole number"]],
  ["tiles without a place", { mapTiles: "https://x.example/{z}/{x}.png" }, ["--map-tiles", "{x}.png", "{y}"]],
  ["tiles that say more", { mapTiles: "https://x.example/{z}/{x}/{y}; script-src *" }, ["--map-tiles", "script-src"]],
  ["tiles of any host", { mapTiles: "https://{s}.example/{z}/{x}/{y}" }, ["--map-tiles", "{s}"]],
  ["an address that is no URL", { publicUrl: "ftp://x" }, ["--public-url", "ftp://x", "http"]],
  ["a path without a slash", { outputsPath: "out" }, ["--outputs-path", "out", "/"]],
  ["a role that anonymous callers never get", { allowAnonymous: "admin" }, ["--allow-anonymous", "admin", "viewer"]],
  ["a role that there is not", { allowAnonymous: "boss" }, ["--allow-anonymous", "boss", "viewer or runner"]],
  ["an empty role", { allowAnonymous: "" }, ["--allow-anonymous", "viewer or runner"]],
] as const) {
  test(`readConfig() refuses ${title}, naming the flag, what was found and what was wanted`, () => {
    for (const word of words) expect(() => readConfig({ flags, environment: {} })).toThrow(word);
  });
}

test("readConfig() takes anonymous callers for viewers unless a role is named, wherever that stands", async () => {
  await using folder = await temporaryDirectory();
  const file = join(folder.path, "heddle.yml");
  for (const [given, role] of [
    ["true", "viewer"],
    ["viewer", "viewer"],
    ["runner", "runner"],
    ["false", undefined],
  ] as const) {
    await writeFile(file, `allowAnonymous: ${given}\n`);
    expect(readConfig({ ...nothing, file }).allowAnonymous).toBe(role);
    expect(readConfig({ ...nothing, environment: { HEDDLE_ALLOW_ANONYMOUS: given } }).allowAnonymous).toBe(role);
    expect(readConfig({ ...nothing, flags: { allowAnonymous: given } }).allowAnonymous).toBe(role);
  }
});

test("readConfig() refuses a file with an unknown setting and tells the known ones", async () => {
  await using folder = await temporaryDirectory();
  const file = join(folder.path, "heddle.yml");
  await writeFile(file, "colour: red\n");
  expect(() => readConfig({ ...nothing, file })).toThrow(/"colour".*syncLimitSeconds/);
});

test("readConfig() takes the names of a file as flags spell them, and tells which name was meant", async () => {
  await using folder = await temporaryDirectory();
  const file = join(folder.path, "heddle.yml");
  const read = async (text: string) => {
    await writeFile(file, text);
    return () => readConfig({ ...nothing, file });
  };
  const { publicUrl, port, toolNetwork } = (
    await read("public-url: https://a.example\nport: 1\ntool-network: none\n")
  )();
  expect([publicUrl, port, toolNetwork]).toEqual(["https://a.example", 1, ["none"]]);
  for (const [written, near] of [
    ["prot: 1", "port"],
    ["public_url: x", "public-url"],
    ["publicURL: x", "publicUrl"],
    ["max-body-byte: 1", "max-body-bytes"],
  ] as const) {
    expect(await read(`${written}\n`)).toThrow(`found "${written.split(":")[0]}", did you mean "${near}"?`);
  }
  expect(await read("publicUrl: https://a.example\npublic-url: https://b.example\n")).toThrow("found both");
});

test("isLocalOnly() is true only when neither the address nor the public URL can be reached by others", () => {
  expect(isLocalOnly(readConfig(nothing))).toBe(true);
  expect(isLocalOnly(readConfig({ flags: { host: "::1" }, environment: {} }))).toBe(true);
  expect(isLocalOnly(readConfig({ flags: { host: "0.0.0.0" }, environment: {} }))).toBe(false);
  expect(isLocalOnly(readConfig({ flags: { publicUrl: "https://example.org" }, environment: {} }))).toBe(false);
});

test("each setting is read by a file that gets the configuration", async () => {
  const root = join(import.meta.dir, "..", "..", "src");
  const files = [...new Bun.Glob("**/*.ts").scanSync({ cwd: root })].filter((file) => file !== "config/config.ts");
  const texts = await Promise.all(files.map((file) => Bun.file(join(root, file)).text()));
  const code = texts
    .filter((text) => /from "[./]+\/(?:config\/)?config\.ts"/.test(text))
    .join("\n")
    .replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
  const isRead = (name: string) => new RegExp(`\\b${name}\\b`).test(code);
  expect(Object.keys(ConfigSchema.entries).filter((name) => !isRead(name))).toEqual([]);
  expect(isRead("colour")).toBe(false);
});
