import { defined } from "../../../domain/defined.ts";
import type { ShareDocument, ShareListDocument } from "../../../domain/documents/share.ts";
import { jobUrl, jsonLink } from "../../../domain/links.ts";
import { mayDo } from "../../../domain/people/access.ts";
import { listShares, mostShares } from "../../../operations/results/list-shares.ts";
import { shareListPage } from "../../../pages/results/share-list.tsx";
import { documentResponse } from "../../answers/document-response.ts";
import { ok } from "../../openapi/about.ts";
import { principalOf, type Route, type RouteContext } from "../../route.ts";

type ShareListRouteDeps = Parameters<typeof listShares>[0];

/** Where the shares are listed. */
export const sharesPath = "/_/shares";

/** Lists the route that tells what is shared. */
export function shareListRoutes(deps: ShareListRouteDeps): readonly Route[] {
  return [
    {
      method: "GET",
      path: sharesPath,
      about: {
        summary: "What is shared of one's own jobs, or of everybody's for who sees all jobs",
        tag: "jobs",
        answers: ok(
          "ShareList",
          `The shares that have not ended, the newest ${mostShares}; their addresses were told once`,
        ),
      },
      handle: (context) => answerShares(deps, context),
    },
  ];
}

async function answerShares(deps: ShareListRouteDeps, context: RouteContext): Promise<Response> {
  const principal = principalOf(context);
  const { baseUrl } = context;
  const { shares, hasMore } = await listShares(deps, principal);
  const document: ShareListDocument = {
    shares: shares.map((share) => shareDocument(share, baseUrl)),
    hasMore,
    links: [jsonLink(`${baseUrl}${sharesPath}`, "self")],
  };
  const page = shareListPage({
    hasUsers: mayDo(principal, "read-all-jobs"),
    mayTakeBack: mayDo(principal, "dismiss-own"),
  });
  return documentResponse(context, document, { title: "Shares", page });
}

function shareDocument(
  { share, job }: Awaited<ReturnType<typeof listShares>>["shares"][number],
  baseUrl: string,
): ShareDocument {
  return {
    jobID: job.id,
    processID: job.processId,
    ...defined({
      providerID: job.providerId,
      title: job.title,
      user: job.user,
      by: share.user,
      outputs: share.outputs,
    }),
    created: new Date(share.createdAt).toISOString(),
    expires: new Date(share.expiresAt).toISOString(),
    href: jobUrl(baseUrl, job.id),
  };
}
