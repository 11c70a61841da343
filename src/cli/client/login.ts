import * as v from "valibot";
import { Problem } from "../../domain/problem.ts";
import { type Arguments, type Command, exitCodes, hasOption, type Io, textOption, UsageError } from "../command.ts";
import { type Client, createClient, serviceOptions } from "./client.ts";
import { removeLogin, saveLogin } from "./kept-login.ts";
import { profileName, readProfiles, withoutProfile, withProfile, writeProfiles } from "./profiles.ts";

const { url } = serviceOptions;

const SignInSchema = v.object({
  issuer: v.optional(v.string()),
  deviceClient: v.optional(v.object({ clientId: v.string(), scopes: v.string() })),
});

/** Builds the command that signs a person in at a service, by its provider of identities or with a key; further commands use it. */
export function loginCommand(): Command {
  return {
    name: "login",
    words: "",
    maxWords: 0,
    summary:
      "Signs you in at a service, by a code that you type in at its provider of identities, or with a key; --profile keeps the service under a name.",
    examples: [
      { line: "login --url https://processes.example.org", about: "signs in by a code in a browser" },
      {
        line: "login --url https://processes.example.org --profile lab --with-key < key.txt",
        about: "keeps a service with a key under the name lab",
      },
    ],
    options: {
      url,
      profile: {
        type: "string",
        value: "NAME",
        about: "keep the service under this name, for heddle COMMAND --profile NAME",
      },
      "with-key": { type: "boolean", about: "with the API key that stdin gives, kept in the profile" },
    },
    async run(args, io) {
      const name = readProfileName(args);
      const client = createClient(withoutName(args, name, io), io, { isAnonymous: true });
      if (hasOption(args, "with-key")) return keepKey(client, name, args, io);
      await loginByProvider(client, io);
      if (name !== undefined) {
        await writeProfiles(io.environment, withProfile(readProfiles(io.environment), name, { url: client.url }));
      }
      io.talk(`Signed in at ${client.url}\n`);
      return exitCodes.ok;
    },
  };
}

function readProfileName(args: Arguments): string | undefined {
  const name = textOption(args, "profile");
  if (name === undefined || profileName.test(name)) return name;
  throw new UsageError(
    `Cannot use --profile: found "${name}", wanted 1 to 64 letters, digits, dots, dashes or underscores`,
  );
}

/** A name that is known stands for its address; a new one is not an address yet. */
function withoutName(args: Arguments, name: string | undefined, io: Io): Arguments {
  const isKnown = name !== undefined && Object.hasOwn(readProfiles(io.environment).profiles, name);
  if (isKnown && textOption(args, "url") === undefined) return args;
  const { profile: _profile, ...options } = args.options;
  return { ...args, options };
}

async function loginByProvider(client: Client, io: Io): Promise<void> {
  const { issuer, deviceClient } = v.parse(SignInSchema, await client.json("GET", "/_/sign-in?f=json"));
  if (issuer === undefined || deviceClient === undefined) {
    const detail = `Cannot log in at ${client.url}: found no provider of identities for programs, wanted one; a key works as well (--with-key)`;
    throw new Problem("not-found", detail);
  }
  const { loginByDevice } = await import("../../net/openid/device-login.ts");
  const tell = (told: { readonly url: string; readonly code: string }) =>
    io.talk(`Open ${told.url}\nand check that it shows the code ${told.code}\n`);
  const tokens = await loginByDevice({ issuer, ...deviceClient }, tell, { now: Date.now, signal: io.signal });
  await saveLogin(io.environment, { url: client.url, issuer, clientId: deviceClient.clientId, ...tokens });
}

/** Keeps a key in a profile, once the service has taken it. Throws `unauthorized` for a key that it does not know. */
async function keepKey(client: Client, name: string | undefined, args: Arguments, io: Io): Promise<number> {
  if (name === undefined) throw new UsageError("Missing --profile NAME: a key is kept under a name");
  if (process.stdin.isTTY) io.talk("Type or paste the key, then Enter and Ctrl-D:\n");
  const key = (await new Response(Bun.stdin.stream()).text()).trim();
  if (key === "") throw new UsageError("Cannot log in: found an empty stdin, wanted a key: heddle login ... < key.txt");
  const withKey = createClient({ ...args, options: { url: client.url, key } }, io);
  await withKey.send("GET", "/jobs?limit=1");
  await writeProfiles(io.environment, withProfile(readProfiles(io.environment), name, { url: client.url, key }));
  io.talk(`Signed in at ${client.url}; the key is kept in profile ${name}\n`);
  return exitCodes.ok;
}

/** Builds the command that forgets a login. */
export function logoutCommand(): Command {
  return {
    name: "logout",
    words: "",
    maxWords: 0,
    summary: "Forgets your login at a service; with --profile also the profile, with its key.",
    examples: [{ line: "logout --url https://processes.example.org", about: "forgets the login" }],
    options: { url, profile: serviceOptions.profile },
    async run(args, io) {
      const client = createClient(args, io, { isAnonymous: true });
      const name = textOption(args, "profile");
      const wasIn = await removeLogin(io.environment, client.url);
      if (name !== undefined) await writeProfiles(io.environment, withoutProfile(readProfiles(io.environment), name));
      const isOut = wasIn || name !== undefined;
      io.talk(isOut ? `Signed out of ${client.url}\n` : `Nobody was signed in at ${client.url}\n`);
      return exitCodes.ok;
    },
  };
}
