import type { JsonObject } from "../../domain/values/json.ts";
import { sessionCookieName } from "../door/session-cookie.ts";
import type { ApiOptions } from "./api-options.ts";

/** Builds the security schemes of the API description: keys and tokens, the cookie of a browser, the provider of identities. */
export function securitySchemes({ baseUrl, openIdConnectUrl }: ApiOptions): JsonObject {
  const tokens = openIdConnectUrl === undefined ? "" : ", or a token of the provider of identities";
  return {
    key: { type: "http", scheme: "bearer", description: `A key, hdl_..., from heddle keys create${tokens}` },
    session: {
      type: "apiKey",
      in: "cookie",
      name: sessionCookieName({ baseUrl }),
      description: "A browser that has signed in",
    },
    ...(openIdConnectUrl === undefined ? {} : { openId: { type: "openIdConnect", openIdConnectUrl } }),
  };
}

/** Lists what each operation takes that is not public; a service may let callers in without any of it. */
export function securityOf({ openIdConnectUrl }: ApiOptions): readonly JsonObject[] {
  return [{ key: [] }, { session: [] }, ...(openIdConnectUrl === undefined ? [] : [{ openId: [] }]), {}];
}
