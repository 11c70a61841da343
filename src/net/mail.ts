import type { Transporter } from "nodemailer";
import type { TryOutcome } from "../domain/people/notification.ts";
import { mayGetMail } from "../domain/people/subscriber.ts";
import { errorText } from "../domain/problem.ts";

/** The server that mails are handed to. The operator named it, so it may be anywhere. */
export type MailServer = {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; otherwise by STARTTLS when the server offers it. */
  readonly isSecure: boolean;
  /** What signs in; it is never sent unencrypted, unless to this machine. */
  readonly auth?: { readonly user: string; readonly password: string };
  /** Whom the mails come from. */
  readonly from: string;
  /** Whom mails may go to, as `mayGetMail` takes it; one that was accepted before this was set is not sent either. */
  readonly to: readonly string[];
};

/** A mail in plain text. */
export type Mail = {
  /** The same in every try: it becomes the Message-ID, by which mail programs tell repetitions. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** In milliseconds since 1970. */
  readonly at: number;
};

export type Mailer = { send(mail: Mail, signal: AbortSignal): Promise<TryOutcome> };

const connectMilliseconds = 10_000;
const silenceMilliseconds = 30_000;

/** Creates what sends mails by SMTP. Its library is loaded by the first mail: most services never send one. */
export function createMailer(server: MailServer): Mailer {
  let loading: Promise<Transporter> | undefined;
  const domain = /@([^>\s]+)/.exec(server.from)?.[1] ?? "localhost";
  return {
    async send(mail, signal) {
      if (!mayGetMail(mail.to, server.to)) {
        return { kind: "refused", error: "Cannot send a mail: found an address that --mail-to does not name" };
      }
      loading ??= openTransport(server);
      const transport = await loading;
      try {
        const { id, to, subject, text, at } = mail;
        const sent = await transport.sendMail({
          from: server.from,
          to,
          subject,
          text,
          date: new Date(at),
          messageId: `<${id}@${domain}>`,
          // Nobody's absence is announced to a machine (RFC 3834).
          headers: { "Auto-Submitted": "auto-generated" },
          disableFileAccess: true,
          disableUrlAccess: true,
          signal,
        });
        return { kind: "delivered", status: Number(sent.response?.slice(0, 3)) };
      } catch (error) {
        return failureOf(error);
      }
    },
  };
}

async function openTransport({ host, port, isSecure, auth }: MailServer): Promise<Transporter> {
  const { createTransport } = await import("nodemailer");
  const isHere = /^(localhost$|127\.|::1$)/.test(host);
  return createTransport({
    host,
    port,
    secure: isSecure,
    requireTLS: auth !== undefined && !isSecure && !isHere,
    // Where nothing is to be kept secret any TLS is better than none: relays have certificates of their own making.
    tls: { rejectUnauthorized: !isHere && (isSecure || auth !== undefined) },
    connectionTimeout: connectMilliseconds,
    greetingTimeout: connectMilliseconds,
    socketTimeout: silenceMilliseconds,
    ...(auth === undefined ? {} : { auth: { user: auth.user, pass: auth.password } }),
  });
}

/** Servers like to repeat the address in their answer: it is not to be read where the try is told. */
function failureOf(error: unknown): TryOutcome {
  const status = error instanceof Error && "responseCode" in error ? Number(error.responseCode) : undefined;
  // Of the envelope 5yz is the server's last word on this address (RFC 5321 4.2.1).
  const isFinal = error instanceof Error && "code" in error && error.code === "EENVELOPE" && (status ?? 0) >= 500;
  const text = errorText(error).replaceAll(/[^\s<>]+@[^\s<>]+/g, "the address");
  return {
    kind: isFinal ? "refused" : "failed",
    error: `Cannot send a mail: ${text}`,
    ...(status === undefined ? {} : { status }),
  };
}
