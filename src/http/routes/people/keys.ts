import * as v from "valibot";
import { defined } from "../../../domain/defined.ts";
import type { KeyDocument, KeyListDocument } from "../../../domain/documents/key.ts";
import { jsonLink } from "../../../domain/links.ts";
import { mayDo } from "../../../domain/people/access.ts";
import { giveKey, type KeySummary, listKeysFor, takeKeyBack } from "../../../operations/people/manage-keys.ts";
import { readOwners } from "../../../operations/processes/own-processes.ts";
import { type KeyListView, keyListPage } from "../../../pages/people/keys.tsx";
import { documentResponse } from "../../answers/document-response.ts";
import { ok } from "../../openapi/about.ts";
import { jsonResponse, pageAt, principalOf, type Route, type RouteContext } from "../../route.ts";
import { readBody } from "../jobs/job-actions.ts";
import { type KeyRouteDeps, keyFormRoutes } from "./key-forms.ts";

const keysPath = "/_/keys";

const KeyBodySchema = v.strictObject({
  user: v.string("some text"),
  role: v.string("some text"),
  expires: v.optional(v.string("some text")),
  label: v.optional(v.string("some text")),
  actions: v.optional(v.array(v.string("some text"), "a list")),
  processes: v.optional(v.array(v.string("some text"), "a list")),
  service: v.optional(v.boolean("true or false")),
});

const noStore = { "cache-control": "no-store" } as const;

/** Lists the routes by which admins list, create and revoke keys. */
export function keyRoutes(deps: KeyRouteDeps): readonly Route[] {
  return [
    {
      method: "GET",
      path: keysPath,
      about: {
        summary: "All keys, without anything that could be used",
        tag: "service",
        answers: ok("KeyList", "The keys"),
      },
      handle: (context) => keysResponse(deps, context),
    },
    {
      method: "POST",
      path: keysPath,
      about: {
        summary: "Create a key, which is told this once",
        tag: "service",
        answers: { 201: { about: "The key; only a hash of it is kept", content: { document: "NewKey" } } },
        problems: [413, 415],
      },
      body: { mediaTypes: ["application/json"], schema: KeyBodySchema },
      async handle(context) {
        const principal = principalOf(context);
        const { service, ...wanted } = await readBody(deps, context, { schema: KeyBodySchema, action: "create key" });
        const { key, text } = await giveKey(deps, principal, { ...defined(wanted), isService: service === true });
        const headers = { ...noStore, location: `${context.baseUrl}${keysPath}/${key.id}` };
        return jsonResponse({ ...keyDocument(key, deps.clock.now()), key: text }, { status: 201, headers });
      },
    },
    {
      method: "DELETE",
      path: `${keysPath}/:keyId`,
      about: {
        summary: "Revoke a key; browsers that signed in with it are signed out",
        tag: "service",
        answers: { 204: { about: "It is refused from now on" } },
      },
      async handle(context) {
        await takeKeyBack(deps, principalOf(context), context.param("keyId"));
        return new Response(null, { status: 204 });
      },
    },
    ...keyFormRoutes(deps, (context, view) => keysResponse(deps, pageAt(context, keysPath), view)),
  ];
}

async function keysResponse(deps: KeyRouteDeps, context: RouteContext, view: KeyListView = {}): Promise<Response> {
  const keys = await listKeysFor(deps, principalOf(context));
  const now = deps.clock.now();
  const links = [jsonLink(`${context.baseUrl}${keysPath}`, "self")];
  const document: KeyListDocument = { keys: keys.map((key) => keyDocument(key, now)), links };
  const processIds = (await readOwners(deps)).map(({ id }) => id);
  return documentResponse(context, document, {
    title: "Keys",
    headers: noStore,
    page: keyListPage({
      ...view,
      once: deps.newSecret(),
      processIds,
      mayReadAudit: mayDo(principalOf(context), "read-audit"),
      ...defined({ ownId: principalOf(context).keyId }),
    }),
  });
}

/** Times are RFC 3339. */
function keyDocument(
  { createdAt, expiresAt, lastUsedAt, revokedAt, isService, ...key }: KeySummary,
  now: number,
): KeyDocument {
  const isOver = expiresAt !== undefined && expiresAt <= now;
  return {
    ...key,
    service: isService,
    state: revokedAt !== undefined ? "revoked" : isOver ? "expired" : "valid",
    created: timeText(createdAt),
    ...defined({ expires: timeOr(expiresAt), lastUsed: timeOr(lastUsedAt), revoked: timeOr(revokedAt) }),
  };
}

function timeText(at: number): string {
  return new Date(at).toISOString();
}

function timeOr(at: number | undefined): string | undefined {
  return at === undefined ? undefined : timeText(at);
}
