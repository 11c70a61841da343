import { expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runExecutable, startServer } from "../../support/servers/executable.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

async function titleOf(url: string): Promise<unknown> {
  const document: unknown = await (await fetch(url, { headers: { accept: "application/json" } })).json();
  return document instanceof Object && "title" in document ? document.title : undefined;
}

test("`heddle reload` takes in what is safe, names what needs a restart, and changes nothing when a setting is wrong", async () => {
  await using folder = await temporaryDirectory();
  const [data, file] = [join(folder.path, "data"), join(folder.path, "heddle.yml")];
  await writeFile(file, "serviceTitle: Before\n");
  const reload = () => runExecutable(["reload", "--data", data]);
  expect(await reload()).toMatchObject({
    exitCode: 1,
    talk: expect.stringContaining('found no service that runs on "'),
  });

  await using server = await startServer(data, ["--config", file]);
  expect(await titleOf(server.url)).toBe("Before");
  await writeFile(file, "serviceTitle: After\nslots: 7\ncors: ['https://maps.example']\n");
  expect(await reload()).toEqual({
    exitCode: 0,
    out: "Taken in: cors, serviceTitle\nChanged, but only by a restart: slots\n",
    talk: "",
  });
  const response = await fetch(server.url, { headers: { origin: "https://maps.example" } });
  expect(response.headers.get("access-control-allow-origin")).toBe("https://maps.example");
  expect(await titleOf(server.url)).toBe("After");

  await writeFile(file, "serviceTitle: Never\nslots: many\n");
  const refused = await reload();
  expect([refused.exitCode, refused.talk]).toEqual([1, expect.stringContaining('found "many"')]);
  expect(await titleOf(server.url)).toBe("After");

  await writeFile(file, "serviceTitle: After\nslots: 7\ncors: ['https://maps.example']\n");
  expect((await reload()).out).toBe("Nothing new was taken in\nChanged, but only by a restart: slots\n");

  // What is wrong with the others is told before somebody restarts the service.
  for (const [lines, word] of [
    ["tlsKeyFile: /nowhere/key.pem\ntlsCertificateFile: /nowhere/certificate.pem\n", "/nowhere/"],
    ["oidcIssuer: http://login.example\noidcClientId: heddle\n", "wanted https"],
  ] as const) {
    await writeFile(file, `serviceTitle: Later\nslots: 7\n${lines}`);
    const warned = await reload();
    expect([warned.exitCode, warned.out]).toEqual([1, expect.stringContaining("Changed, but only by a restart: ")]);
    expect(warned.talk).toContain("A restart would fail: ");
    expect(warned.talk).toContain(word);
    expect(await titleOf(server.url)).toBe("Later");
  }
  expect(await server.stop()).toBe(0);
});
