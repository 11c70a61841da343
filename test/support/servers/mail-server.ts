import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

const certificates = join(import.meta.dir, "..", "..", "fixtures", "tls");

/** A mail as it came, with what its envelope says. */
export type ReceivedMail = { readonly from: string; readonly to: readonly string[]; readonly text: string };

export type MailReceiver = AsyncDisposable & {
  readonly port: number;
  readonly mails: readonly ReceivedMail[];
  /** How those who sent the mails had signed in. */
  readonly users: readonly string[];
};

/** Starts a real SMTP server on loopback that keeps what it gets. */
export async function startMailServer(options: SMTPServerOptions = {}): Promise<MailReceiver> {
  const mails: ReceivedMail[] = [];
  const users: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    key: await readFile(join(certificates, "key.pem")),
    cert: await readFile(join(certificates, "certificate.pem")),
    onAuth(auth, _session, done) {
      users.push(`${auth.username}:${auth.password}`);
      done(null, { user: auth.username });
    },
    onData(stream, { envelope }, done) {
      let text = "";
      stream.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
      stream.on("end", () => {
        const from = envelope.mailFrom === false ? "" : envelope.mailFrom.address;
        mails.push({ from, to: envelope.rcptTo.map((one) => one.address), text });
        done();
      });
    },
    ...options,
  });
  server.on("error", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    mails,
    users,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
