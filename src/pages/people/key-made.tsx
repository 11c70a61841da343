import type { KeyDocument } from "../../domain/documents/key.ts";
import { matchesPattern } from "../../domain/values/pattern.ts";
import { signInUrl } from "../shared/layout.tsx";
import type { PageFrame } from "../shared/page.ts";
import { keyRowId, timeText } from "../shared/words.ts";

type MadeProps = {
  readonly made: KeyDocument;
  /** The whole key. */
  readonly text: string;
  /** Ids of the processes that there are. */
  readonly processIds: readonly string[];
  readonly frame: PageFrame;
};

/** The key that was just made, which is shown this once, with words to hand it over by. */
export function Made({ made, text, processIds, frame }: MadeProps) {
  const unknown = (made.processes ?? []).filter((pattern) => !processIds.some((id) => matchesPattern(pattern, id)));
  return (
    <div class="notice notice-good" role="status">
      <p>
        This is the key of {made.user}. It is shown this once: copy it now, and hand it over by a way that nobody else
        reads. It stands in the list as <a href={`#${keyRowId(made.id)}`}>{made.id}</a>, where it can be revoked.
      </p>
      {/* One press selects the whole key, and a script adds a button that copies it. */}
      <pre class="code whole" data-copy="">
        {text}
      </pre>
      {unknown.length === 0 ? null : (
        <p class="notice notice-bad">
          {`No process of this service is called ${unknown.join(" or ")} now: look whether that is written as you mean it.`}
        </p>
      )}
      <p>Or copy it with what {made.service ? "its program" : made.user} must know:</p>
      <pre class="code whole" data-copy="">
        {handOverText({ key: made, text, frame })}
      </pre>
    </div>
  );
}

type HandedOver = {
  readonly key: Pick<KeyDocument, "user" | "service" | "processes" | "expires">;
  readonly text: string;
  readonly frame: Pick<PageFrame, "baseUrl" | "serviceTitle">;
};

/** Words for who gets a key: where the service is, how one signs in, and what the key is for. */
export function handOverText({ key, text, frame: { baseUrl, serviceTitle } }: HandedOver): string {
  const { user, service, processes, expires } = key;
  const [one, ...others] = processes ?? [];
  const isOne = one !== undefined && others.length === 0 && !one.includes("*");
  const here = isOne ? `/processes/${encodeURIComponent(one)}?f=html` : undefined;
  const name = serviceTitle === undefined ? "The service" : serviceTitle;
  const ways = service
    ? [`${name}: ${baseUrl}/`, "Send this header with each request:", `Authorization: Bearer ${text}`]
    : [
        `${name}: ${baseUrl}/`,
        `Sign in as ${user} at ${signInUrl({ baseUrl, here })} with this key:`,
        text,
        "Then your name stands in the menu; its page says what you may do.",
      ];
  return [
    ...ways,
    ...(processes === undefined ? [] : [`The key is only for ${processes.join(", ")}.`]),
    ...(expires === undefined ? [] : [`It ends at ${timeText(expires)}.`]),
    "Keep it to yourself: whoever has it may do the same.",
  ].join("\n");
}
