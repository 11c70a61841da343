import type { ServiceIdentity } from "../../domain/people/service-identity.ts";

export type OpenApiVersion = "3.0" | "3.1";

export type ApiOptions = {
  readonly version: OpenApiVersion;
  readonly baseUrl: string;
  readonly identity: ServiceIdentity;
  /** Where the provider of identities describes itself, when there is one. */
  readonly openIdConnectUrl?: string;
};
