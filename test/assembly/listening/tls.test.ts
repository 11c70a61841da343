import { expect, test } from "bun:test";
import { X509Certificate } from "node:crypto";
import { cp, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { connect } from "node:tls";
import { openListener } from "../../../src/assembly/listening/listener.ts";
import { readTls, tlsFilesOf, watchTls } from "../../../src/assembly/listening/tls.ts";
import { readConfig } from "../../../src/config/read-config.ts";
import { silentLogger } from "../../../src/domain/logger.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const fixtures = join(import.meta.dir, "..", "..", "fixtures", "tls");
const clock = { now: () => Date.now() };

/** Copies the first certificate, or the renewed one, over the files of a service. */
async function place(directory: string, which: "" | "renewed-") {
  const files = { certificate: join(directory, "certificate.pem"), key: join(directory, "key.pem") };
  await cp(join(fixtures, `${which}certificate.pem`), files.certificate);
  await cp(join(fixtures, `${which}key.pem`), files.key);
  return files;
}

/** Asks a port which certificate it has. */
function certificateOf(url: string): Promise<string> {
  const { promise, resolve: tell, reject } = Promise.withResolvers<string>();
  const socket = connect({ host: "127.0.0.1", port: Number(new URL(url).port), rejectUnauthorized: false }, () => {
    tell(new X509Certificate(socket.getPeerCertificate().raw).fingerprint256);
    socket.destroy();
  });
  socket.on("error", reject);
  return promise;
}

async function fingerprint(which: "" | "renewed-"): Promise<string> {
  return new X509Certificate(await Bun.file(join(fixtures, `${which}certificate.pem`)).text()).fingerprint256;
}

test("a renewed certificate is taken in, and a pair that does not fit is not", async () => {
  await using folder = await temporaryDirectory();
  const files = await place(folder.path, "");
  await using listener = openListener({ host: "127.0.0.1", port: 0, tls: await readTls(files, Date.now()) });
  expect(listener.url).toStartWith("https://");
  const told: string[] = [];
  const logger = { ...silentLogger, error: (message: string) => void told.push(message) };
  using watch = await watchTls({ files, logger, clock, renew: listener.renew });
  expect(await certificateOf(listener.url)).toBe(await fingerprint(""));

  await cp(join(fixtures, "renewed-certificate.pem"), files.certificate);
  await watch.look();
  expect(await certificateOf(listener.url)).toBe(await fingerprint(""));
  expect(told).toEqual([expect.stringContaining("the key of another certificate")]);
  await watch.look();
  expect(told).toHaveLength(1);

  await place(folder.path, "renewed-");
  await watch.look();
  expect(await certificateOf(listener.url)).toBe(await fingerprint("renewed-"));
  const response = await fetch(`${listener.url}/`, { tls: { rejectUnauthorized: false } });
  expect(response.status).toBe(503);
  expect(told).toHaveLength(1);
});

test("an answer that is open goes on while the certificate is renewed", async () => {
  await using folder = await temporaryDirectory();
  const files = await place(folder.path, "");
  await using listener = openListener({ host: "127.0.0.1", port: 0, tls: await readTls(files, Date.now()) });
  const { promise, resolve: answer } = Promise.withResolvers<void>();
  const { promise: arrival, resolve: arrive } = Promise.withResolvers<void>();
  listener.answerWith({
    routes: [],
    fetch: async () => {
      arrive();
      await promise;
      return new Response("whole");
    },
  });
  const open = fetch(`${listener.url}/`, { tls: { rejectUnauthorized: false } });
  await arrival;
  listener.renew(await readTls(await place(folder.path, "renewed-"), Date.now()));
  answer();
  expect(await (await open).text()).toBe("whole");
});

test("a port that somebody has is not shared with them", async () => {
  const tls = await readTls(
    { certificate: join(fixtures, "certificate.pem"), key: join(fixtures, "key.pem") },
    Date.now(),
  );
  await using first = openListener({ host: "127.0.0.1", port: 0, tls });
  const port = Number(new URL(first.url).port);
  expect(() => openListener({ host: "127.0.0.1", port, tls })).toThrow(`127.0.0.1:${port}`);
});

for (const [title, spoil, words] of [
  ["is not there", { certificate: "none.pem" }, ["none.pem", "a file that this user can read"]],
  ["is no certificate", { certificate: "text.pem" }, ["text.pem", "a certificate in PEM"]],
  ["is no key", { key: "text.pem" }, ["text.pem", "a private key in PEM"]],
  ["belongs to another certificate", { key: join(fixtures, "renewed-key.pem") }, ["the key of another certificate"]],
] as const) {
  test(`readTls() refuses a file that ${title}`, async () => {
    await using folder = await temporaryDirectory();
    const files = await place(folder.path, "");
    await writeFile(join(folder.path, "text.pem"), "text\n");
    const [[name, file] = ["key", ""]] = Object.entries(spoil);
    const read = { ...files, [name]: resolve(folder.path, file) };
    for (const word of words) await expect(readTls(read, Date.now())).rejects.toThrow(word);
  });
}

test("readTls() refuses a certificate that has expired", async () => {
  const files = { certificate: join(fixtures, "certificate.pem"), key: join(fixtures, "key.pem") };
  await expect(readTls(files, Date.UTC(2300, 0))).rejects.toThrow("that it expired at");
});

test("tlsFilesOf() wants both files, or none", () => {
  const read = (flags: Readonly<Record<string, string>>) => tlsFilesOf(readConfig({ flags, environment: {} }));
  expect(read({})).toBeUndefined();
  expect(read({ tlsCertificateFile: "/a", tlsKeyFile: "/b" })).toEqual({ certificate: "/a", key: "/b" });
  expect(() => read({ tlsCertificateFile: "/a" })).toThrow("found no --tls-key-file");
  expect(() => read({ tlsKeyFile: "/a" })).toThrow("found no --tls-certificate-file");
});
