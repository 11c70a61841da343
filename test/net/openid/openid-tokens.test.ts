import { expect, test } from "bun:test";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { Problem } from "../../../src/domain/problem.ts";
import { createProviderKeys, createTokenChecker } from "../../../src/net/openid/openid-tokens.ts";
import { fakeClock } from "../../support/fake-clock.ts";

const [issuer, audience] = ["https://login.example", "heddle"];

/** A provider whose keys change, and which may be out of reach. */
async function fakeProvider() {
  const clock = fakeClock();
  const published = new Map<string, unknown>();
  const secret = new Map<string, CryptoKey>();
  const state = { isDown: false, asked: 0 };
  const addKey = async (kid: string) => {
    const { publicKey, privateKey } = await generateKeyPair("ES256");
    published.set(kid, { ...(await exportJWK(publicKey)), kid, alg: "ES256" });
    secret.set(kid, privateKey);
  };
  const fetch = async () => {
    state.asked += 1;
    if (state.isDown) throw new Problem("remote-failure", "Cannot fetch: nobody answers");
    return Response.json({ keys: [...published.values()] });
  };
  const check = createTokenChecker({ issuer, audience, clock }, createProviderKeys(`${issuer}/keys`, { fetch, clock }));
  const sign = (kid: string) =>
    new SignJWT({ sub: "ann" })
      .setProtectedHeader({ alg: "ES256", kid })
      .setIssuer(issuer)
      .setAudience(audience)
      .setExpirationTime(Math.floor(clock.now() / 1000) + 60)
      .sign(secret.get(kid) ?? new Uint8Array());
  await addKey("one");
  return { state, published, addKey, sign, check, clock };
}

test("keys are read once, whatever tokens come, and tokens of keys that are not there cost no question each", async () => {
  const { state, sign, check, addKey, published } = await fakeProvider();
  expect(await check(await sign("one"))).toMatchObject({ sub: "ann" });
  await addKey("unknown");
  published.delete("unknown");
  for (let count = 0; count < 20; count += 1) {
    expect(await check(await sign("one"))).toMatchObject({ sub: "ann" });
    const error: unknown = await check(await sign("unknown")).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ kind: "unauthorized", challenge: "invalid_token" });
  }
  expect(state.asked).toBe(1);
});

test("while the provider is out of reach, what known keys signed counts; it is asked again after a rest only", async () => {
  const { state, sign, check, addKey, clock } = await fakeProvider();
  state.isDown = true;
  for (let count = 0; count < 5; count += 1)
    expect(await check(await sign("one")).catch((error: unknown) => error)).toMatchObject({ kind: "remote-failure" });
  expect(state.asked).toBe(1);
  state.isDown = false;
  clock.advance(5000);
  expect(await check(await sign("one"))).toMatchObject({ sub: "ann" });
  state.isDown = true;
  expect(await check(await sign("one"))).toMatchObject({ sub: "ann" });
  await addKey("two");
  state.isDown = false;
  expect(state.asked).toBe(2);
});
