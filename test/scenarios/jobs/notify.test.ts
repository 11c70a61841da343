import { expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { join } from "node:path";
import { deployCwl, readStatus, submitWith, until, untilFinished } from "../../support/jobs.ts";
import { untilTold } from "../../support/notifications.ts";
import { shellTool } from "../../support/packages/shell-tool.ts";
import { startServer } from "../../support/servers/executable.ts";
import { startMailServer } from "../../support/servers/mail-server.ts";
import { startReceiver } from "../../support/servers/receiver.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const local = ["--allow-fetch", "127.0.0.1", "--notify-pause-seconds", "1"];

test("What was not delivered before a SIGKILL is delivered after the restart, under the same id", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  const secret = join(folder.path, "secret");
  await Bun.write(secret, "a secret of some length\n");
  let isBroken = true;
  await using receiver = startReceiver(() => new Response("", { status: isBroken ? 500 : 200 }));
  const flags = [...local, "--notify-secret-file", secret];
  const before = await startServer(data, flags);
  const subscriber = { successUri: `${receiver.url}/done?token=1`, inProgressUri: `${receiver.url}/runs` };
  const job = await submitWith(before.url, "echo", { inputs: { text: "hello" }, subscriber });
  await untilFinished(before.url, job);
  await until("both were tried in vain", async () => receiver.received.length >= 2);
  await before.stop("SIGKILL");
  const ids = new Set(receiver.received.map(({ headers }) => headers.get("webhook-id") ?? ""));
  isBroken = false;
  const tried = receiver.received.length;

  await using after = await startServer(data, flags);
  const told = await untilTold(after.url, job, 2);
  expect(new Set(told.map(({ id }) => id))).toEqual(ids);
  expect(told.map(({ event, status }) => [event, status])).toEqual([
    ["inProgress", "delivered"],
    ["success", "delivered"],
  ]);
  expect(JSON.stringify(told)).not.toContain("token");
  const delivered = receiver.received.slice(tried).map(({ path, body }) => [path, JSON.parse(body)]);
  expect(Object.fromEntries(delivered)).toMatchObject({
    "/runs": { jobID: job, status: "running", progress: 10 },
    "/done": { text: "hello" },
  });
  expect(before.talk() + after.talk()).not.toContain("token");
  for (const { headers, body } of receiver.received) {
    const signed = `${headers.get("webhook-id")}.${headers.get("webhook-timestamp")}.${body}`;
    const signature = createHmac("sha256", "a secret of some length").update(signed).digest("base64");
    expect(headers.get("webhook-signature")).toBe(`v1,${signature}`);
  }
});

test("Each try can be read with its answer; a redirect is none, and what says 410 is not asked again", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(join(folder.path, "data"), local);
  const statuses = [500, 302, 204];
  await using receiver = startReceiver((before, { path }) => {
    const status = path === "/gone" ? 410 : (statuses[before] ?? 200);
    return new Response(null, { status, headers: status === 302 ? { location: "/elsewhere" } : {} });
  });
  const subscriber = { successUri: `${receiver.url}/done`, inProgressUri: `${receiver.url}/gone` };
  const job = await submitWith(server.url, "echo", { inputs: { text: "hello" }, subscriber });
  const told = await untilTold(server.url, job, 2);
  expect(told.map(({ event, status, tries }) => [event, status, tries.map((one) => one.status)])).toEqual([
    ["inProgress", "abandoned", [410]],
    ["success", "delivered", [500, 302, 204]],
  ]);
  expect(receiver.received.map(({ path }) => path).sort()).toEqual(["/done", "/done", "/done", "/gone"]);
  const ids = receiver.received.filter(({ path }) => path === "/done").map(({ headers }) => headers.get("webhook-id"));
  expect(new Set(ids).size).toBe(1);
}, 20_000);

test("A callback to an address that is not public is refused with its field, or when its name turns out to lead there", async () => {
  await using folder = await temporaryDirectory();
  await using receiver = startReceiver();
  await using server = await startServer(join(folder.path, "data"), ["--notify-tries", "1"]);
  const execute = (successUri: string) =>
    fetch(`${server.url}/processes/echo/execution`, {
      method: "POST",
      headers: { "content-type": "application/json", prefer: "respond-async" },
      body: JSON.stringify({ inputs: { text: "hello" }, subscriber: { successUri } }),
    });
  const refused = await execute(`${receiver.url}/`);
  expect([refused.status, await refused.json()]).toMatchObject([
    400,
    { errors: [{ pointer: "/subscriber/successUri" }] },
  ]);
  const named = await execute(`${receiver.url.replace("127.0.0.1", "localhost")}/`);
  expect(named.status).toBe(201);
  const [told] = await untilTold(server.url, (await readStatus(named)).jobID, 1);
  expect(told).toMatchObject({ status: "abandoned", tries: [{ error: expect.stringContaining("public internet") }] });
  expect(receiver.received).toEqual([]);
});

test("Of a job with a tool each end is told once, in the words of its time, whatever became of it since", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(join(folder.path, "data"), local);
  let isBroken = true;
  await using receiver = startReceiver(() => new Response("", { status: isBroken ? 500 : 200 }));
  await deployCwl(server.url, "tool", shellTool('echo started; test -e "$LEDGER.fine" || exit 3'));
  const ledger = join(folder.path, "ledger");
  const subscriber = { inProgressUri: `${receiver.url}/runs`, failedUri: `${receiver.url}/failed` };
  const job = await submitWith(server.url, "tool", { inputs: { ledger }, subscriber });
  expect((await untilFinished(server.url, job)).at(-1)?.status).toBe("failed");
  await Bun.write(`${ledger}.fine`, "");
  expect((await fetch(`${server.url}/jobs/${job}/retry`, { method: "POST" })).status).toBe(200);
  expect((await untilFinished(server.url, job)).at(-1)?.status).toBe("successful");
  isBroken = false;
  const told = await untilTold(server.url, job, 3);
  expect(told.map(({ event, attempt }) => [event, attempt])).toEqual([
    ["inProgress", 1],
    ["failed", 1],
    ["inProgress", 2],
  ]);
  const failed = receiver.received.filter(({ path }) => path === "/failed").at(-1);
  expect(JSON.parse(failed?.body ?? "")).toMatchObject({ status: "failed", attempt: 1, exception: { exitCode: 3 } });
});

test("A dismissal is told as the end that it is; dismissing what has ended is not", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(join(folder.path, "data"), local);
  await using receiver = startReceiver();
  const subscriber = { successUri: `${receiver.url}/success`, failedUri: `${receiver.url}/failed` };
  const inputs = { text: "x", pause: 60 };
  const job = await submitWith(server.url, "echo", { inputs, subscriber });
  const other = await submitWith(server.url, "echo", { inputs: { text: "x" }, subscriber });
  await untilFinished(server.url, other);
  await untilTold(server.url, other, 1);
  const dismiss = (id: string) => fetch(`${server.url}/jobs/${id}`, { method: "DELETE" });
  await Promise.all([job, other].map(dismiss));
  await untilTold(server.url, job, 1);
  // Once more, it is removed; whoever looks for it then is told that it is gone.
  await dismiss(job);
  expect((await fetch(`${server.url}/jobs/${job}/notifications`)).status).toBe(410);
  const bodies = receiver.received.map(({ path, body }) => [path, JSON.parse(body)]);
  expect(bodies).toMatchObject([
    ["/success", { text: "x" }],
    ["/failed", { jobID: job, status: "dismissed" }],
  ]);
});

test("A mail tells of the end, and nobody reads its address afterwards", async () => {
  await using folder = await temporaryDirectory();
  await using mails = await startMailServer({ authOptional: false });
  const password = join(folder.path, "password");
  await Bun.write(password, "word\n");
  await using server = await startServer(join(folder.path, "data"), [
    ...["--smtp-url", `smtp://heddle@127.0.0.1:${mails.port}`, "--smtp-password-file", password],
    ...["--mail-from", "Heddle <heddle@example.org>", "--public-url", "http://localhost"],
  ]);
  const job = await submitWith(server.url, "echo", {
    inputs: { text: "hello" },
    notification_email: "ada.lovelace@example.org",
  });
  await untilFinished(server.url, job);
  const [told] = await untilTold(server.url, job, 1);
  expect(told).toMatchObject({ channel: "mail", event: "success", status: "delivered", address: "a…@example.org" });
  expect(mails.users).toEqual(["heddle:word"]);
  expect(mails.mails).toHaveLength(1);
  expect(mails.mails[0]?.to).toEqual(["ada.lovelace@example.org"]);
  const text = mails.mails[0]?.text ?? "";
  for (const part of [job, "echo", "successful", `http://localhost/jobs/${job}`]) expect(text).toContain(part);
  const status = await (await fetch(`${server.url}/jobs/${job}`)).text();
  expect(status).toContain(`/jobs/${job}/notifications`);
  expect(status + (await (await fetch(`${server.url}/jobs/${job}/inputs`)).text())).not.toContain("lovelace");
  await server.stop();
  expect(server.talk()).not.toContain("lovelace");
  expect(await Bun.file(join(folder.path, "data", "heddle.db")).text()).not.toContain("lovelace");
});

test("Mails go to nobody but whom the operator names: another address is refused where it stands", async () => {
  await using folder = await temporaryDirectory();
  await using mails = await startMailServer();
  await using server = await startServer(join(folder.path, "data"), [
    ...["--smtp-url", `smtp://127.0.0.1:${mails.port}`, "--mail-from", "heddle@example.org"],
    ...["--mail-to", "Ada@example.org,@club.example", "--mail-to", "@lab.example"],
  ]);
  const execute = (more: Readonly<Record<string, unknown>>) =>
    fetch(`${server.url}/processes/echo/execution`, {
      method: "POST",
      headers: { "content-type": "application/json", prefer: "respond-async" },
      body: JSON.stringify({ inputs: { text: "hello" }, ...more }),
    });
  const refused = [
    ["/notification_email", { notification_email: "eve@example.org" }],
    ["/subscriber/failedEmail", { subscriber: { successEmail: "ada@example.org", failedEmail: "a@not.club.example" } }],
    ["/subscribers/successEmail", { subscribers: { successEmail: "ada@example.org.evil.example" } }],
  ] as const;
  for (const [pointer, more] of refused) {
    const answer = await execute(more);
    expect([answer.status, await answer.json()]).toMatchObject([400, { errors: [{ pointer }] }]);
  }
  expect(await (await fetch(`${server.url}/jobs`)).json()).toMatchObject({ jobs: [] });
  for (const address of ["ada@EXAMPLE.org", "bob@club.example", "eve@lab.example"]) {
    const answer = await execute({ subscriber: { successEmail: address } });
    expect(answer.status).toBe(201);
    expect(await untilTold(server.url, (await readStatus(answer)).jobID, 1)).toMatchObject([{ status: "delivered" }]);
  }
  expect(mails.mails).toHaveLength(3);
});

test.each([
  ["whom mails may go to, and no server for them", ["--mail-to", "@example.org"], "--smtp-url"],
  ["mails to what is no address", ["--mail-to", "example.org"], "ADDRESS or @DOMAIN"],
  ["a server for mails without a sender", ["--smtp-url", "smtp://localhost"], "--mail-from"],
  ["a user without a password", ["--smtp-url", "smtp://ada@localhost", "--mail-from", "a@b.c"], "--smtp-password-file"],
  ["a password in the URL", ["--smtp-url", "smtp://ada:sesame@localhost"], "without a password"],
  ["a password that is no part of a URL", ["--smtp-url", "smtp://ada:open/sesame@localhost"], "without a password"],
  ["a secret that is not there", ["--notify-secret-file", "/nowhere/secret"], "/nowhere/secret"],
])("The start is refused for %s, and says no secret", async (_, flags, words) => {
  await using folder = await temporaryDirectory();
  const error = await startServer(join(folder.path, "data"), flags).catch((cause: Error) => cause.message);
  expect(error).toContain(words);
  expect(error).not.toContain("sesame");
});
