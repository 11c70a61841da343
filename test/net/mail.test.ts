import { expect, test } from "bun:test";
import { createMailer, type Mail, type MailServer } from "../../src/net/mail.ts";
import { startMailServer } from "../support/servers/mail-server.ts";
import { rawServer } from "../support/servers/remote-server.ts";

const mail: Mail = {
  id: "0190a000-0000-7000-8000-000000000001",
  to: "ada@example.org",
  subject: "echo: successful",
  text: "Status   successful\n",
  at: Date.UTC(2021, 2, 2, 3, 32, 41),
};
const never = new AbortController().signal;

function serverAt(port: number, changes: Partial<MailServer> = {}): MailServer {
  return { host: "127.0.0.1", port, isSecure: false, from: "Heddle <heddle@example.org>", to: [], ...changes };
}

test("A mail arrives as plain text, with an id that is the same in each try", async () => {
  await using server = await startMailServer();
  const mailer = createMailer(serverAt(server.port));
  expect(await mailer.send(mail, never)).toEqual({ kind: "delivered", status: 250 });
  await mailer.send(mail, never);
  expect(server.mails).toHaveLength(2);
  for (const { from, to, text } of server.mails) {
    expect([from, to]).toEqual(["heddle@example.org", ["ada@example.org"]]);
    expect(text).toContain("From: Heddle <heddle@example.org>");
    expect(text).toContain("Subject: echo: successful");
    expect(text).toContain("Message-ID: <0190a000-0000-7000-8000-000000000001@example.org>");
    expect(text).toContain("Auto-Submitted: auto-generated");
    expect(text).toContain("Content-Type: text/plain; charset=utf-8");
    expect(text).toContain("Status   successful");
  }
});

test("A mail to an address that is not allowed any more is never sent", async () => {
  await using server = await startMailServer();
  const refused = await createMailer(serverAt(server.port, { to: ["@example.com"] })).send(mail, never);
  expect(refused).toMatchObject({ kind: "refused", error: expect.stringContaining("--mail-to") });
  expect(await createMailer(serverAt(server.port, { to: ["@EXAMPLE.org"] })).send(mail, never)).toMatchObject({
    kind: "delivered",
  });
  expect(server.mails).toHaveLength(1);
});

test("A subject that holds a line break adds no header", async () => {
  await using server = await startMailServer();
  await createMailer(serverAt(server.port)).send({ ...mail, subject: "a\r\nBcc: eve@example.org" }, never);
  expect(server.mails[0]?.to).toEqual(["ada@example.org"]);
  expect(server.mails[0]?.text).not.toMatch(/^Bcc:/m);
});

test("A server that wants it is signed in to", async () => {
  await using server = await startMailServer({ authOptional: false });
  const auth = { user: "heddle", password: "secret" };
  const outcome = await createMailer(serverAt(server.port, { auth })).send(mail, never);
  expect(outcome.kind).toBe("delivered");
  expect(server.users).toEqual(["heddle:secret"]);
});

test("A password is not sent to another machine without TLS", async () => {
  await using server = await startMailServer({ hideSTARTTLS: true, allowInsecureAuth: true });
  // An address of this machine that is not known as one by its text.
  const mailer = createMailer(serverAt(server.port, { host: "0.0.0.0", auth: { user: "u", password: "p" } }));
  expect(await mailer.send(mail, never)).toMatchObject({ kind: "failed" });
  expect(server.users).toEqual([]);
});

test("An address that the server refuses for good is refused, and not repeated in what is told", async () => {
  await using server = await startMailServer({
    onRcptTo: ({ address }, _session, done) =>
      done(Object.assign(new Error(`no ${address} here`), { responseCode: 550 })),
  });
  const outcome = await createMailer(serverAt(server.port)).send(mail, never);
  expect(outcome).toMatchObject({ kind: "refused", status: 550 });
  expect(outcome.error).not.toContain("ada@");
});

test("A server that is busy, wrong or not there is a try that failed", async () => {
  await using busy = await startMailServer({
    onMailFrom: (_address, _session, done) => done(Object.assign(new Error("come back later"), { responseCode: 451 })),
  });
  expect(await createMailer(serverAt(busy.port)).send(mail, never)).toMatchObject({ kind: "failed", status: 451 });
  await using other = await rawServer(() => {});
  const signal = AbortSignal.timeout(200);
  expect(await createMailer(serverAt(other.port)).send(mail, signal)).toMatchObject({ kind: "failed" });
  expect(await createMailer(serverAt(1)).send(mail, never)).toMatchObject({ kind: "failed" });
});
