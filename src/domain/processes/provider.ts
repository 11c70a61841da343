import * as v from "valibot";
import { withoutEndSlashes } from "../words/text.ts";
import { ProcessIdSchema } from "./process.ts";
import { type RemoteType, remoteTypes } from "./remote-type.ts";

const secret = v.pipe(v.string("text"), v.regex(/^[\t\x20-\x7e]{1,8192}$/, "1 to 8192 visible characters of ASCII"));
const user = v.pipe(v.string("text"), v.regex(/^[^:\p{C}]{1,256}$/u, "1 to 256 characters without a colon"));
const headerName = v.pipe(
  v.string("text"),
  v.regex(/^[\w!#$%&'*+.^`|~-]{1,128}$/, "the name of a header"),
  v.transform((name) => name.toLowerCase()),
);

/** Headers that belong to a connection or a message, not to who sends it. */
const ownHeaders = [
  "host",
  "connection",
  "content-length",
  "content-type",
  "content-encoding",
  "transfer-encoding",
  "accept",
  "accept-encoding",
  "expect",
  "te",
  "trailer",
  "upgrade",
  "prefer",
  "idempotency-key",
];

/** A caller's `Authorization` is the key of this service, a browser's `Cookie` its session; no other server may see them. */
export const keptHeaders: readonly string[] = ["authorization", "x-auth-vault", "proxy-authorization", "cookie"];

const freeHeader = v.pipe(
  headerName,
  v.check((name) => !ownHeaders.includes(name), `none of ${ownHeaders.join(", ")}`),
);

/** How this service signs in to a provider. */
export const ProviderAuthSchema = v.variant(
  "type",
  [
    v.strictObject({ type: v.literal("basic"), username: user, password: secret }),
    v.strictObject({ type: v.literal("bearer"), token: secret }),
    v.strictObject({ type: v.literal("header"), name: freeHeader, value: secret }),
  ],
  "an object whose type is basic, bearer or header",
);
export type ProviderAuth = v.InferOutput<typeof ProviderAuthSchema>;

/** Gives the URL of a server without a slash, query or fragment at its end. */
function plainUrl(text: string): string {
  const url = new URL(text);
  return `${url.origin}${withoutEndSlashes(url.pathname)}`;
}

/** The URL of a server: no user, no query that says which operation is asked. */
export const RemoteUrlSchema = v.pipe(
  v.string("text"),
  v.maxLength(2048, "at most 2048 characters"),
  v.regex(/^https?:\/\/[^/?#@]+(\/[^@#?]*)?(\?[^#]*)?$/i, "an http or https URL without a user"),
  v.url("a URL"),
  v.transform(plainUrl),
);

/** The body of a registration. */
export const ProviderBodySchema = v.strictObject({
  id: ProcessIdSchema,
  url: RemoteUrlSchema,
  public: v.optional(v.boolean("true or false"), false),
  auth: v.optional(ProviderAuthSchema),
  forwardHeaders: v.optional(
    v.pipe(
      v.array(
        v.pipe(
          freeHeader,
          v.check((name) => !keptHeaders.includes(name), `none of ${keptHeaders.join(", ")}, which sign in here`),
        ),
        "a list of names of headers",
      ),
      v.maxLength(32, "at most 32 names"),
    ),
    [],
  ),
  type: v.optional(v.picklist(remoteTypes, `one of ${remoteTypes.join(", ")}`)),
});

/** A registered server. Its credentials are kept apart. */
export type Provider = {
  readonly id: string;
  /** Without a slash at the end. */
  readonly url: string;
  readonly type: RemoteType;
  /** Only who manages providers sees one that is not. */
  readonly isPublic: boolean;
  /** Names in lower case: of a caller's headers these go along. */
  readonly forwardHeaders: readonly string[];
  readonly hasAuth: boolean;
  readonly createdAt: number;
};

/** Words why nothing new is sent to a server as a provider; undefined where it may be: the provider is there, at the address that was meant. */
export function whyUnsent(
  { providerId, url }: { readonly providerId?: string; readonly url?: string },
  provider: Pick<Provider, "url"> | undefined,
): string | undefined {
  if (providerId === undefined) return undefined;
  if (provider === undefined) return `its provider "${providerId}" was removed`;
  if (url === undefined || provider.url === url) return undefined;
  return `its provider "${providerId}" has another address now`;
}

/** Gives the header that signs in to a provider. */
export function authHeaders(auth: ProviderAuth): Readonly<Record<string, string>> {
  switch (auth.type) {
    case "basic":
      return { authorization: `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString("base64")}` };
    case "bearer":
      return { authorization: `Bearer ${auth.token}` };
    case "header":
      return { [auth.name]: auth.value };
    default:
      return auth satisfies never;
  }
}
