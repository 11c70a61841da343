import { createHmac } from "node:crypto";
import type { TryOutcome } from "../domain/people/notification.ts";
import { errorText, Problem } from "../domain/problem.ts";
import type { Gate } from "./fetch.ts";

export type CallbackDeps = {
  readonly gate: Gate;
  /** Signs what is sent; unsigned without it. */
  readonly signingKey?: Uint8Array;
};

/** What is posted to a subscriber. */
export type Callback = {
  readonly url: string;
  /** The same in every try. */
  readonly id: string;
  /** When this try is made, in milliseconds since 1970. */
  readonly at: number;
  /** What it tells of. */
  readonly event: string;
  /** The status of the job. */
  readonly monitorUrl: string;
  /** JSON. */
  readonly body: string;
};

/** Shorter secrets can be guessed. */
const fewestKeyBytes = 16;

/**
 * Reads the secret that signs callbacks: `whsec_` and base64, as libraries of Standard Webhooks have it, or any text.
 * Throws `invalid-parameter-value` for a short one.
 */
export function readSigningKey(text: string): Uint8Array {
  const encoded = /^whsec_([A-Za-z0-9+/]+=*)$/.exec(text)?.[1];
  const key = encoded === undefined ? Buffer.from(text) : Buffer.from(encoded, "base64");
  if (key.byteLength >= fewestKeyBytes) return new Uint8Array(key);
  const detail = `Cannot sign callbacks: found a secret of ${key.byteLength} bytes, wanted ${fewestKeyBytes} or more`;
  throw new Problem("invalid-parameter-value", detail);
}

/**
 * Posts to a subscriber, once; a redirect is not followed, and nothing but the status of the answer is read. The headers
 * are those of Standard Webhooks: id, timestamp, and a signature by HMAC-SHA256 of both and the body.
 */
export async function sendCallback(deps: CallbackDeps, callback: Callback, signal: AbortSignal): Promise<TryOutcome> {
  const { url, id, event, monitorUrl, body } = callback;
  const timestamp = String(Math.floor(callback.at / 1000));
  const headers = {
    "content-type": "application/json",
    "heddle-event": event,
    link: `<${monitorUrl}>; rel="monitor"`,
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    ...(deps.signingKey === undefined
      ? {}
      : { "webhook-signature": signatureOf(deps.signingKey, `${id}.${timestamp}.${body}`) }),
  };
  try {
    const answer = await deps.gate.send({ url, method: "POST", headers, body, staysHere: true, signal });
    answer.close();
    return outcomeOf(answer.status);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { kind: "failed", error: errorText(error) };
  }
}

function signatureOf(key: Uint8Array, signed: string): string {
  return `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
}

function outcomeOf(status: number): TryOutcome {
  if (status >= 200 && status < 300) return { kind: "delivered", status };
  const error = status < 400 ? "found a redirect, wanted an answer" : `found status ${status}, wanted 2xx`;
  // Gone says that nobody will be there again (RFC 9110 15.5.11).
  return { kind: status === 410 ? "refused" : "failed", status, error };
}
