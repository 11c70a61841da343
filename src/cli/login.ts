import * as v from "valibot";
import { Problem } from "../domain/problem.ts";
import { clientOptions, createClient } from "./client.ts";
import { type Command, exitCodes } from "./command.ts";
import { removeLogin, saveLogin } from "./kept-login.ts";

const { url } = clientOptions;

const SignInSchema = v.object({
  issuer: v.optional(v.string()),
  deviceClient: v.optional(v.object({ clientId: v.string(), scopes: v.string() })),
});

/** Builds the command that signs a person in at a service by its provider of identities; further commands use it. */
export function loginCommand(): Command {
  return {
    name: "login",
    words: "",
    maxWords: 0,
    summary: "Signs you in at a service, by a code that you type in at its provider of identities.",
    options: { url },
    async run(args, io) {
      const client = createClient(args, io, { isAnonymous: true });
      const { issuer, deviceClient } = v.parse(SignInSchema, await client.json("GET", "/_/sign-in?f=json"));
      if (issuer === undefined || deviceClient === undefined) {
        const detail = `Cannot log in at ${client.url}: found no provider of identities for programs, wanted one; a key (--key) works as well`;
        throw new Problem("not-found", detail);
      }
      const { loginByDevice } = await import("../net/device-login.ts");
      const tell = (told: { readonly url: string; readonly code: string }) =>
        io.talk(`Open ${told.url}\nand check that it shows the code ${told.code}\n`);
      const tokens = await loginByDevice({ issuer, ...deviceClient }, tell, { now: Date.now, signal: io.signal });
      await saveLogin(io.environment, { url: client.url, issuer, clientId: deviceClient.clientId, ...tokens });
      io.talk(`Signed in at ${client.url}\n`);
      return exitCodes.ok;
    },
  };
}

/** Builds the command that forgets a login. */
export function logoutCommand(): Command {
  return {
    name: "logout",
    words: "",
    maxWords: 0,
    summary: "Forgets your login at a service.",
    options: { url },
    async run(args, io) {
      const client = createClient(args, io, { isAnonymous: true });
      const wasIn = await removeLogin(io.environment, client.url);
      io.talk(wasIn ? `Signed out of ${client.url}\n` : `Nobody was signed in at ${client.url}\n`);
      return exitCodes.ok;
    },
  };
}
