/** What kinds of servers can run processes for this one. */
export const remoteTypes = ["ogc-api-processes", "wps-1.0.0", "wps-2.0.0"] as const;
export type RemoteType = (typeof remoteTypes)[number];
