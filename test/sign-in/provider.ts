import { join } from "node:path";

export type RunningProvider = AsyncDisposable & {
  /** Where it listens, and what it calls itself unless another name was given. */
  readonly url: string;
  readonly issuer: string;
  /** Takes a user away. */
  remove(user: string): Promise<void>;
  /** Signs claims with the provider's key, or with one that it does not have. */
  sign(
    claims: Readonly<Record<string, unknown>>,
    header?: { readonly kid?: string; readonly typ?: string },
  ): Promise<string>;
  /** Gets a token of the service account "robot" for a resource. */
  tokenOfProgram(resource?: string): Promise<string>;
  /** Ends it at once. */
  stop(): Promise<void>;
};

/** The flags by which a service knows the provider, but for its address. */
export const clientFlags = [
  ...["--oidc-client-id", "heddle", "--oidc-device-client-id", "heddle-login", "--oidc-allow-http"],
  ...["--oidc-role", "viewers=viewer,hydrology=runner,makers=deployer,admins=admin"],
] as const;
export const clientSecret = "a-secret-of-heddle-and-its-provider";

export type ProviderOptions = {
  readonly issuer?: string;
  readonly redirects?: readonly string[];
  /** How long tokens hold. */
  readonly seconds?: number;
};

/** Starts a provider of identities on loopback, in a process of its own. */
export async function startProvider({
  issuer,
  redirects,
  seconds = 60,
}: ProviderOptions = {}): Promise<RunningProvider> {
  const code = ["authorization_code", "refresh_token"];
  const setup = {
    issuer,
    seconds,
    audience: "heddle",
    clients: [
      {
        client_id: "heddle",
        client_secret: clientSecret,
        grant_types: code,
        // Those of this machine are known without their port.
        ...(redirects === undefined ? { application_type: "native" } : {}),
        redirect_uris: redirects ?? ["http://127.0.0.1/_/sign-in/return"],
        id_token_signed_response_alg: "ES256",
      },
      {
        client_id: "robot",
        client_secret: clientSecret,
        grant_types: ["client_credentials"],
        response_types: [],
        redirect_uris: [],
        id_token_signed_response_alg: "ES256",
      },
      {
        client_id: "heddle-login",
        token_endpoint_auth_method: "none",
        application_type: "native",
        grant_types: ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
        response_types: [],
        redirect_uris: [],
        id_token_signed_response_alg: "ES256",
      },
    ],
  };
  const program = join(import.meta.dir, "provider-process.ts");
  const child = Bun.spawn([process.execPath, program, JSON.stringify(setup)], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
  });
  let port = "";
  for await (const chunk of child.stdout) {
    port += new TextDecoder().decode(chunk);
    if (port.includes("\n")) break;
  }
  const url = `http://127.0.0.1:${port.trim()}`;
  const post = async (path: string, form: Readonly<Record<string, string>>) => {
    const response = await fetch(`${url}${path}`, { method: "POST", body: String(new URLSearchParams(form)) });
    return response.text();
  };
  const stop = async () => {
    child.kill("SIGKILL");
    await child.exited;
  };
  return {
    url,
    issuer: issuer ?? url,
    async remove(user) {
      await post("/test/remove", { user });
    },
    sign: (claims, header = {}) => post("/test/sign", { token: JSON.stringify({ claims, ...header }) }),
    async tokenOfProgram(resource = "urn:heddle") {
      const response = await fetch(`${url}/token`, {
        method: "POST",
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          authorization: `Basic ${btoa(`robot:${clientSecret}`)}`,
        },
        body: String(new URLSearchParams({ grant_type: "client_credentials", resource })),
      });
      const answer: unknown = await response.json();
      if (typeof answer === "object" && answer !== null && "access_token" in answer) return String(answer.access_token);
      throw new Error(JSON.stringify(answer));
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
