// A provider of identities in a process of its own: npm oidc-provider, with users that a test can remove.
// Argument: JSON with `issuer` (where it is seen), `clients`, `seconds` (how long tokens hold). It prints its port.
import { createServer, type IncomingMessage } from "node:http";
import { importJWK, type JWK, SignJWT } from "jose";
import { type Configuration, Provider } from "oidc-provider";

type Setup = {
  readonly issuer?: string;
  readonly clients: NonNullable<Configuration["clients"]>;
  readonly seconds: number;
  readonly audience: string;
};

const setup: Setup = JSON.parse(process.argv[2] ?? "{}");
const users = new Map<string, readonly string[]>([
  ["vera", ["viewers"]],
  ["rudi", ["hydrology"]],
  ["dora", ["hydrology", "makers"]],
  ["adam", ["admins"]],
  ["nick", ["others"]],
]);

const server = createServer();
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const address = server.address();
const port = typeof address === "object" && address !== null ? address.port : 0;
const issuer = setup.issuer ?? `http://127.0.0.1:${port}`;

const signing: JWK = JSON.parse(JSON.stringify(await newKey("first")));
const keys: Configuration["jwks"] = { keys: [JSON.parse(JSON.stringify(signing))] };

async function newKey(kid: string) {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const { key_ops: _uses, ...jwk } = await crypto.subtle.exportKey("jwk", pair.privateKey);
  return { ...jwk, kid, alg: "ES256", use: "sig" };
}

const provider = new Provider(issuer, {
  clients: setup.clients,
  jwks: keys,
  cookies: { keys: ["a secret of the test"] },
  claims: { openid: ["sub", "groups"] },
  conformIdTokenClaims: false,
  features: {
    devInteractions: { enabled: false },
    introspection: { enabled: true, allowedPolicy: () => true },
    revocation: { enabled: true },
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => "urn:heddle",
      useGrantedResource: () => true,
      getResourceServerInfo: (_context, resource) => ({
        scope: "openid offline_access",
        audience: setup.audience,
        accessTokenTTL: setup.seconds,
        accessTokenFormat: resource === "urn:opaque" ? "opaque" : "jwt",
        jwt: { sign: { alg: "ES256" } },
      }),
    },
  },
  ttl: {
    AccessToken: setup.seconds,
    IdToken: setup.seconds,
    RefreshToken: 3600,
    Grant: 3600,
    Session: 3600,
    Interaction: 600,
  },
  issueRefreshToken: async () => true,
  interactions: { url: (_context, interaction) => `/sign-in/${interaction.uid}` },
  findAccount: (_context, id) => {
    const groups = users.get(id);
    return groups === undefined ? undefined : { accountId: id, claims: () => ({ sub: id, groups: [...groups] }) };
  },
  extraTokenClaims: (_context, token) => {
    const id = "accountId" in token ? String(token.accountId) : "";
    return { groups: [...(users.get(id) ?? [])] };
  },
  renderError: (context, out) => {
    context.type = "text";
    context.body = JSON.stringify(out);
  },
});
provider.proxy = true;
const answer = provider.callback();

async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return new URLSearchParams(text);
}

server.on("request", async (request, response) => {
  const { pathname } = new URL(request.url ?? "/", issuer);
  if (pathname === "/test/remove") {
    const user = (await formOf(request)).get("user") ?? "";
    users.delete(user);
    response.end("removed");
  } else if (pathname === "/test/sign") {
    // Claims of the test's own, signed with a key that the provider publishes.
    const { claims, kid = "first", typ = "at+jwt" } = JSON.parse((await formOf(request)).get("token") ?? "{}");
    const jwk = kid === "first" ? signing : JSON.parse(JSON.stringify(await newKey(kid)));
    response.end(
      await new SignJWT(claims).setProtectedHeader({ alg: "ES256", kid, typ }).sign(await importJWK(jwk, "ES256")),
    );
  } else if (/^\/sign-in\/[\w-]+$/.test(pathname) && request.method === "GET") {
    response.setHeader("content-type", "text/html");
    response.end('<form method="post"><input name="user"><button>Sign in</button></form>');
  } else if (/^\/sign-in\/[\w-]+$/.test(pathname)) {
    const user = (await formOf(request)).get("user") ?? "";
    const { params, grantId } = await provider.interactionDetails(request, response);
    const grant =
      grantId === undefined
        ? new provider.Grant({ accountId: user, clientId: String(params.client_id) })
        : ((await provider.Grant.find(grantId)) ?? new provider.Grant());
    grant.addOIDCScope("openid offline_access");
    for (const resource of ["urn:heddle", "urn:opaque"]) grant.addResourceScope(resource, "openid offline_access");
    const consent = { grantId: await grant.save() };
    const result =
      user === "refuse" ? { error: "access_denied", error_description: "no" } : { login: { accountId: user }, consent };
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  } else await answer(request, response);
});

console.log(port);
