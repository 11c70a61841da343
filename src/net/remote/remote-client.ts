import type { RemoteClient, RemoteDeps, RemoteTarget } from "./remote.ts";
import { createOgcApiClient } from "./remote-ogc-api.ts";
import { createWpsClient } from "./remote-wps.ts";

/** Creates the client of a server, by its type. */
export function createRemoteClient(deps: RemoteDeps, target: RemoteTarget): RemoteClient {
  switch (target.type) {
    case "ogc-api-processes":
      return createOgcApiClient(deps, target);
    case "wps-1.0.0":
    case "wps-2.0.0":
      return createWpsClient(deps, target);
    default:
      return target.type satisfies never;
  }
}
