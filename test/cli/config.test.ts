import { expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ConfigSchema } from "../../src/config/config.ts";
import { runExecutable } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

test("`config show` tells each setting with what gave it, and no password", async () => {
  await using folder = await temporaryDirectory();
  const file = join(folder.path, "heddle.toml");
  await writeFile(file, 'slots = 3\nkeep-hours = 5\npublicUrl = "https://me:hidden@a.example"\n');
  const environment = { HEDDLE_SLOTS: "4", HEDDLE_PORT: "1234" };
  const words = ["config", "show", "--json", "--config", file, "--port", "99"];
  const shown = await runExecutable(words, { environment });
  expect([shown.exitCode, shown.talk]).toEqual([0, ""]);
  const settings = JSON.parse(shown.out);
  expect(Object.keys(settings)).toEqual(Object.keys(ConfigSchema.entries));
  expect(settings).toMatchObject({
    port: { value: 99, origin: "--port" },
    slots: { value: 4, origin: "HEDDLE_SLOTS" },
    keepHours: { value: 5, origin: `keepHours in "${file}"` },
    host: { value: "127.0.0.1", origin: "default" },
    smtpUrl: { value: null, origin: "default" },
  });
  const text = await runExecutable(["config", "show", "--config", file], { environment });
  expect(text.out).toContain(`keepHours`);
  expect(`${shown.out}${text.out}`).not.toContain("hidden");
});

test("`config check` lists everything that is wrong, and ends with the exit code of wrong usage", async () => {
  await using folder = await temporaryDirectory();
  const file = join(folder.path, "heddle.yml");
  await writeFile(file, "slots: many\nport: 70000\n");
  const checked = await runExecutable(["config", "check", "--config", file], { environment: { HEDDLE_PROT: "1" } });
  expect([checked.exitCode, checked.out]).toEqual([2, ""]);
  for (const words of [
    `slots in "${file}": found "many"`,
    "found 70000",
    "HEDDLE_PROT is no setting: did you mean HEDDLE_PORT?",
  ]) {
    expect(checked.talk).toContain(words);
  }
  await writeFile(file, "slots: 2\n");
  expect(await runExecutable(["config", "check", "--config", file])).toMatchObject({ exitCode: 0, talk: "" });
});

/** What a provider of identities says of itself. */
function providerAt(url: string): object {
  const issuer = new URL(url).origin;
  const addresses = { authorization_endpoint: `${issuer}/a`, token_endpoint: `${issuer}/t`, jwks_uri: `${issuer}/k` };
  return { issuer, ...addresses, code_challenge_methods_supported: ["S256"] };
}

test("`config check` names each file that a service could not use, and settings that do not fit together", async () => {
  await using folder = await temporaryDirectory();
  const file = join(folder.path, "heddle.yml");
  const missing = join(folder.path, "missing");
  using provider = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: ({ url }) => Response.json(providerAt(url)) });
  const issuer = `http://127.0.0.1:${provider.port}`;
  const oidc = `oidcIssuer: ${issuer}\noidcAllowHttp: true\noidcClientId: heddle\noidcDefaultRole: viewer\n`;
  const tls = `tlsCertificateFile: ${missing}.pem\ntlsKeyFile: ${missing}.pem\n`;
  await writeFile(file, `${oidc}oidcClientSecretFile: ${missing}\n${tls}mailTo: [a@b.example]\n`);
  const checked = await runExecutable(["config", "check", "--config", file]);
  expect([checked.exitCode, checked.out]).toEqual([2, ""]);
  for (const words of [
    `Cannot use "${missing}.pem" for TLS: found no such file or directory, wanted a file`,
    `Cannot read --oidc-client-secret-file "${missing}": found no such file or directory, wanted a file`,
    "Cannot use --mail-to: found no --smtp-url",
  ]) {
    expect(checked.talk).toContain(words);
  }
  await writeFile(file, oidc);
  expect(await runExecutable(["config", "check", "--config", file])).toMatchObject({ exitCode: 0, talk: "" });
});

test("`config sample` is a file that sets nothing until a # is taken away", async () => {
  await using folder = await temporaryDirectory();
  const { out } = await runExecutable(["config", "sample"]);
  const file = join(folder.path, "heddle.yml");
  await writeFile(file, out);
  expect(await runExecutable(["config", "check", "--config", file])).toMatchObject({ exitCode: 0 });
  for (const name of Object.keys(ConfigSchema.entries)) expect(out).toContain(`\n#${name}:`);
  await writeFile(file, out.replaceAll(/^#([a-zA-Z]+: )/gm, "$1"));
  expect(await runExecutable(["config", "check", "--config", file])).toMatchObject({ exitCode: 0, talk: "" });
});

test("a variable with _FILE behind its name gives what the file holds, without the end of its line", async () => {
  await using folder = await temporaryDirectory();
  const file = join(folder.path, "title");
  await writeFile(file, "From a file\n");
  const show = (environment: Readonly<Record<string, string>>) =>
    runExecutable(["config", "show", "--json"], { environment });
  const { out } = await show({ HEDDLE_SERVICE_TITLE_FILE: file });
  expect(JSON.parse(out).serviceTitle).toEqual({ value: "From a file", origin: "HEDDLE_SERVICE_TITLE_FILE" });
  for (const [environment, words] of [
    [{ HEDDLE_SERVICE_TITLE_FILE: file, HEDDLE_SERVICE_TITLE: "b" }, "found HEDDLE_SERVICE_TITLE too"],
    [{ HEDDLE_SERVICE_TITLE_FILE: join(folder.path, "none") }, "wanted a file that this user can read"],
  ] as const) {
    const refused = await show(environment);
    expect([refused.exitCode, refused.talk]).toEqual([4, expect.stringContaining(words)]);
  }
});

for (const [words, text] of [
  [["config"], "found no word, wanted show, check or sample"],
  [["config", "shwo"], 'found "shwo", wanted show, check or sample'],
] as const) {
  test(`heddle ${words.join(" ")} says what can be asked`, async () => {
    const { exitCode, talk } = await runExecutable(words);
    expect([exitCode, talk]).toEqual([2, expect.stringContaining(text)]);
  });
}
