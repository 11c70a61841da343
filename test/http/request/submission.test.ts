import { expect, test } from "bun:test";
import type { Principal } from "../../../src/domain/people/access.ts";
import { parseTags, submissionOf } from "../../../src/http/request/submission.ts";

const settings = { syncLimitMilliseconds: 20_000, inputRoots: [], sendsMail: false, mailTo: [] };
const caller: Principal = { role: "runner", user: "ada" };
const own = { payload: {}, prefer: { respondAsync: false }, tags: [] };
const headers = { "accept-language": "fr", "idempotency-key": "k", "x-auth-vault": "token t", "x-own": "a" };

function contextOf(quiet: number[]) {
  const request = new Request("http://heddle.test/", { headers });
  return {
    request,
    baseUrl: "http://heddle.test/p",
    calledUrl: "http://heddle.test",
    caller,
    signal: request.signal,
    allowQuiet: (seconds: number) => void quiet.push(seconds),
  };
}

test("submissionOf() takes the caller, and of the headers what every way to execute heeds", () => {
  const quiet: number[] = [];
  const { signal, ...submission } = submissionOf({ settings }, contextOf(quiet), own);
  const sites = ["http://heddle.test/p", "http://heddle.test"];
  const read = { language: "fr", idempotencyKey: "k", vaultTokens: [{ token: "t" }], headers, sites };
  expect<unknown>(submission).toEqual({ ...own, principal: caller, ...read });
  expect([quiet, signal?.aborted]).toEqual([[50], false]);
});

test("submissionOf() prefers the language that the request itself says, and can be told to heed no header", () => {
  expect(submissionOf({ settings }, contextOf([]), { ...own, language: "de" }).language).toBe("de");
  const { headers: sent, language, idempotencyKey } = submissionOf({ settings }, contextOf([]), own, new Headers());
  expect([sent, language, idempotencyKey]).toEqual([{}, undefined, undefined]);
});

test("parseTags() leaves out what is empty", () => {
  expect([parseTags(undefined), parseTags(" a, ,b,")]).toEqual([[], ["a", "b"]]);
});
