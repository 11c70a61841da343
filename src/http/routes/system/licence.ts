import { defined } from "../../../domain/defined.ts";
import { licencePath } from "../../../pages/shared/layout.tsx";
import { policyOf } from "../../../pages/shared/page.ts";
import { type LicenceView, licencePage } from "../../../pages/system/licence.tsx";
import { readerOf } from "../../answers/document-response.ts";
import { styleSheetPath } from "../../console-files.ts";
import { programFacts } from "../../program.ts";
import type { Route } from "../../route.ts";

export type LicenceRouteDeps = {
  /** Reads the licences of the software and of its parts, which are long: only who asks for them needs them in memory. */
  readonly readNotices: () => Promise<LicenceView>;
};

/** Lists the route of the page with the licences of the software and of its parts: a service without the Internet has them, too. */
export function licenceRoutes({ readNotices }: LicenceRouteDeps): readonly Route[] {
  return [
    {
      method: "GET",
      path: licencePath,
      about: {
        summary: "The licence of the software, and those of its parts",
        tag: "pages",
        answers: { 200: { about: "A page", content: { mediaType: "text/html" } } },
      },
      access: "public",
      async handle({ baseUrl, caller, service }) {
        const frame = {
          title: "Licence",
          baseUrl,
          styleSheet: styleSheetPath,
          program: programFacts,
          here: licencePath,
          ...defined({ reader: readerOf(caller), serviceTitle: service?.title }),
        };
        return new Response(licencePage(frame, await readNotices()), {
          headers: {
            "content-type": "text/html; charset=utf-8",
            "content-security-policy": policyOf(),
            "cache-control": "no-cache",
          },
        });
      },
    },
  ];
}
