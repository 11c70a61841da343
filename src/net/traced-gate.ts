import { type Trace, traceHeaders } from "../domain/people/origin.ts";
import type { Gate } from "./fetch.ts";

/** Wraps a gate so that what it sends tells which trace it belongs to (W3C Trace Context). */
export function tracedGate(gate: Gate, trace: Trace | undefined): Gate {
  if (trace === undefined) return gate;
  const headers = traceHeaders(trace);
  return { ...gate, send: (request) => gate.send({ ...request, headers: { ...headers, ...request.headers } }) };
}
