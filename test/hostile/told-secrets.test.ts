import { expect, test } from "bun:test";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { shellTool } from "../support/packages/shell-tool.ts";
import { type RunningServer, runExecutable, startServer } from "../support/servers/executable.ts";
import { startReceiver } from "../support/servers/receiver.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** What nobody may find anywhere: each word is planted in one place. */
const planted = {
  query: "plantedquery0001",
  basic: "plantedbasic0002",
  cookie: "plantedcookie0003",
  inputPassword: "plantedinputpassword0004",
  inputToken: "plantedinputtoken0005",
  subscriberPassword: "plantedsubscriber0006",
  subscriberToken: "plantedhook0007",
  bearer: "plantedbearer0008",
  forwarded: "plantedforwarded0009",
  smtp: "plantedsmtp0010",
  signing: "plantedsigning0011",
  wrongKey: "plantedwrongkey0012",
  inputValue: "plantedvalue0013",
  providerPassword: "plantedprovider0014",
  tus: "plantedmetadata0015",
  mail: "plantedmail0016",
} as const;

type Words = Readonly<Record<string, string>>;

/** All that a service told: its log, its metrics, its audit, and what it answered to mistakes. */
type Told = { log: string; metrics: string; audit: string; problems: string };

/** A server whose answers are of no use. */
const useless = () => startReceiver(() => new Response("no", { status: 500 }));

async function planting(
  server: RunningServer,
  key: string,
  other: string,
): Promise<{ problems: string; tokens: Words }> {
  let problems = "";
  const send = async (
    method: string,
    path: string,
    options: { body?: unknown; headers?: Words; key?: string } = {},
  ) => {
    const isJson = options.body !== undefined && !(options.body instanceof FormData);
    const response = await fetch(`${server.url}${path}`, {
      method,
      redirect: "manual",
      headers: {
        authorization: `Bearer ${options.key ?? key}`,
        cookie: `session=${planted.cookie}`,
        ...(isJson ? { "content-type": "application/json" } : {}),
        ...options.headers,
      },
      ...(options.body instanceof FormData ? { body: options.body } : {}),
      ...(isJson ? { body: JSON.stringify(options.body) } : {}),
    });
    const text = await response.text();
    if (!response.ok) problems += `${text}\n`;
    return { response, text };
  };
  const run = async (path: string, body: unknown, headers: Words = {}) => {
    const { response } = await send("POST", `${path}/execution`, {
      body,
      headers: { prefer: "respond-async", ...headers },
    });
    const location = response.headers.get("location");
    if (location === null) return undefined;
    for (;;) {
      const { text } = await send("GET", new URL(location).pathname);
      if (!/"status":"(accepted|running)"/.test(text)) return location.split("/").at(-1);
      await Bun.sleep(50);
    }
  };

  // Keys and queries.
  await send("GET", `/jobs?token=${planted.query}&key=${key}`);
  await send("GET", `/nowhere/${key}`);
  await send("GET", "/jobs", {
    headers: { authorization: `Basic ${btoa(`ann:${planted.basic}`)}`, "x-basic": planted.basic },
  });
  await send("GET", "/jobs", { key: `${key.slice(0, 17)}${planted.wrongKey}` });
  await send("GET", "/jobs", { headers: { "x-request-id": key } });
  // The audit keeps what a client calls itself.
  for (const agent of [key, `curl/${key}`, `curl/8.5.0 (token=${planted.query})`, `Mozilla/5.0 ${key}`])
    await run("/processes/echo", { inputs: { text: "a" } }, { "user-agent": agent });
  await send("DELETE", `/processes/echo?access_token=${planted.query}`);

  // Inputs: values, addresses with passwords and tokens that lead to nothing.
  await send("POST", "/processes", { body: fileTool });
  await run("/processes/echo", { inputs: { text: planted.inputValue } });
  const done = await run("/processes/echo", { inputs: { text: planted.inputValue } });
  const { port } = new URL(other);
  for (const href of [
    `http://ann:${planted.inputPassword}@127.0.0.1:${port}/a`,
    `${other}/a?sig=${planted.inputToken}`,
    `http://127.0.0.1:1/?sig=${planted.inputToken}`,
    `ftp://ann:${planted.inputPassword}@127.0.0.1/a`,
  ]) {
    await run("/processes/needs-file", { inputs: { ledger: "x", file: { href } } });
  }

  // Shares and uploads.
  const { text: share } = await send("POST", `/jobs/${done}/share`, { body: {} });
  const shareToken = /\/s\/([0-9a-f]+)\//.exec(share)?.[1] ?? "";
  await send("GET", `/s/${shareToken}/`);
  await send("GET", `/s/${shareToken}/nothing/here`);
  const form = new FormData();
  form.append("file", new File(["text"], "a.txt"));
  const { text: upload } = await send("POST", "/vault", { body: form });
  const vaultToken = /"access_token":"([^"]+)"/.exec(upload)?.[1] ?? "";
  const fileId = /"file_id":"([^"]+)"/.exec(upload)?.[1] ?? "";
  await run(
    "/processes/needs-file",
    { inputs: { ledger: "x", file: { href: `vault://${fileId}` } } },
    {
      "x-auth-vault": `token ${vaultToken}; id=${fileId}`,
    },
  );
  await send("POST", "/vault", {
    headers: { "tus-resumable": "1.0.0", "upload-length": "3", "upload-metadata": `filename ${btoa(planted.tus)}` },
  });

  // Subscribers that do not answer well.
  await run("/processes/echo", {
    inputs: { text: "x" },
    subscriber: {
      successUri: `http://127.0.0.1:${port}/hook?token=${planted.subscriberToken}`,
      failedUri: `http://ann:${planted.subscriberPassword}@127.0.0.1:${port}/hook`,
    },
  });
  await run("/processes/echo", {
    inputs: { text: "x" },
    subscriber: { successUri: `http://127.0.0.1:${port}/hook?token=${planted.subscriberToken}` },
    notification_email: `${planted.mail}@example.org`,
  });

  // Other servers that do not answer well.
  const provider = { id: "bad", url: `${other}/wps`, type: "wps-1.0.0", forwardHeaders: ["x-forward"] };
  await send("POST", "/providers", { body: { ...provider, auth: { type: "bearer", token: planted.bearer } } });
  await send("POST", "/providers", {
    body: { ...provider, id: "worse", auth: { type: "basic", username: "ann", password: planted.providerPassword } },
  });
  await send("GET", "/providers");
  await run("/providers/bad/processes/p", { inputs: {} }, { "x-forward": planted.forwarded });
  return { problems, tokens: { shareToken, vaultToken } };
}

const fileTool = {
  ...shellTool("cat", { id: "needs-file" }),
  inputs: { ledger: { type: "string", inputBinding: { position: 1 } }, file: { type: "File" } },
};

test("no secret is told: neither in logs, nor in metrics, audit and problems", async () => {
  await using directory = await temporaryDirectory();
  await using other = useless();
  const data = join(directory.path, "data");
  await mkdir(data);
  const file = async (name: string, text: string) => {
    const path = join(directory.path, name);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  };
  const created = await runExecutable(["keys", "create", "--role", "admin", "--user", "ann", "--data", data]);
  const key = created.out.trim();
  const server = await startServer(data, [
    ...["--log-level", "debug", "--allow-fetch", "127.0.0.1", "--download-tries", "1", "--notify-pause-seconds", "1"],
    ...["--smtp-url", "smtp://ann@127.0.0.1:1", "--smtp-password-file", await file("smtp", planted.smtp)],
    ...["--mail-from", "heddle@example.org", "--notify-secret-file", await file("signing", planted.signing.repeat(3))],
    ...["--sandbox", "off"],
  ]);
  const { problems, tokens } = await planting(server, key, other.url);
  // A try to tell a subscriber has failed by then.
  while (!server.talk().includes("Cannot deliver a notification")) await Bun.sleep(50);
  const read = async (path: string) =>
    (await fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${key}` } })).text();
  const told: Told = {
    problems,
    metrics: await read("/metrics"),
    audit: await read("/_/audit?limit=1000"),
    log: "",
  };
  await server.stop();
  told.log = server.talk();
  const secretKey = (await readFile(join(data, "secret.key"))).toString("hex");
  const { wrongKey, ...others } = planted;
  const [, , secretPart = ""] = key.split("_");
  for (const [name, word] of Object.entries({ ...others, ...tokens, wrongKey, key: secretPart, secretKey })) {
    expect([name, word.length > 8]).toEqual([name, true]);
    for (const [where, text] of Object.entries(told)) {
      const at = text.indexOf(word);
      const found = at < 0 ? "" : text.slice(Math.max(0, at - 200), at + 100);
      expect([name, where, found]).toEqual([name, where, ""]);
    }
  }
  // What was planted came there at all.
  expect(told.log).toContain('"route":"/s/*"');
  expect(told.log).toContain("/s/***");
  expect(told.audit).toContain('"refuse"');
  expect(other.received.map(({ path }) => path)).toContain("/hook");
});
