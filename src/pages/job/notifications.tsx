import type { NotificationsDocument, ToldNotification } from "../../domain/documents/notifications.ts";
import type { NotificationEvent } from "../../domain/people/notification.ts";
import { WholeDocument } from "../shared/document.tsx";
import { Layout } from "../shared/layout.tsx";
import { type Page, policyOf, scriptUrl } from "../shared/page.ts";
import { Time } from "../shared/parts.tsx";
import { RecordTable } from "../shared/record-table.tsx";

const script = "local-times";

/** Builds the page of what was told of a job: to whom, of what, and what became of it, in words. */
export function notificationsPage(job: { readonly url: string; readonly name: string }): Page<NotificationsDocument> {
  return {
    policy: (frame) => policyOf({ scripts: scriptUrl(frame, script) }),
    render: (frame, document) =>
      `<!doctype html>${(
        <Layout {...frame} script={scriptUrl(frame, script)}>
          <p>
            Job <a href={`${job.url}?f=html`}>{job.name}</a>
          </p>
          <Told notifications={document.notifications} />
          <WholeDocument document={document} jsonUrl={frame.jsonUrl} />
        </Layout>
      )}`,
  };
}

function Told({ notifications }: Pick<NotificationsDocument, "notifications">) {
  if (notifications.length === 0) return <p>Nobody was told of this job, and nobody is to be told yet.</p>;
  return (
    <RecordTable label="What was told">
      <table>
        <thead>
          <tr>
            <th scope="col">Told</th>
            <th scope="col">To</th>
            <th scope="col">What became of it</th>
          </tr>
        </thead>
        <tbody>
          {notifications.map((one) => (
            <tr>
              <td>
                {eventWords[one.event]}
                {one.attempt > 1 ? `, at attempt ${one.attempt} of the job` : ""}
                <br />
                <span class="muted">
                  <Time at={one.created} />
                </span>
              </td>
              <td class="breaks">
                {one.channel === "mail" ? "Mail to " : ""}
                {one.address}
              </td>
              <td>
                <Outcome told={one} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </RecordTable>
  );
}

const eventWords: Readonly<Record<NotificationEvent, string>> = {
  inProgress: "That it started",
  success: "That it ended well",
  failed: "That it failed or was dismissed",
};

function Outcome({ told: { status, tries, nextTry } }: { readonly told: ToldNotification }) {
  const last = tries.at(-1);
  const count = tries.length === 1 ? "1 try" : `${tries.length} tries`;
  if (status === "delivered") {
    return (
      <>
        Delivered {last === undefined ? null : <Time at={last.at} />}
        {tries.length > 1 ? ` (${count})` : ""}
      </>
    );
  }
  if (last === undefined) return <>{status === "waiting" ? "Not sent yet." : "Not sent, and not tried any more."}</>;
  return (
    <>
      {`Not delivered: ${reasonWords(last)}; ${count}, `}
      {nextTry === undefined ? (
        <>
          the last one <Time at={last.at} />. It is not tried any more.
        </>
      ) : (
        <>
          the next <Time at={nextTry} />.
        </>
      )}
    </>
  );
}

/** What the machine says of a connection, and what that means to a person. */
const reasons: readonly (readonly [RegExp, string])[] = [
  [/ENOTFOUND|EAI_NONAME|getaddrinfo.*not known/i, "the host is unknown"],
  [/EAI_AGAIN/i, "the name of the host could not be looked up"],
  [/ECONNREFUSED|ConnectionRefused/i, "nothing answers at that address"],
  [/ECONNRESET|EPIPE|ConnectionClosed|socket hang up/i, "the connection broke off"],
  [/EHOSTUNREACH|ENETUNREACH/i, "the host cannot be reached from here"],
  [/ETIMEDOUT|timed? ?out|TimeoutError/i, "there was no answer in time"],
  [/certificate|CERT_/i, "its certificate is not trusted"],
];

/** Words why a try came to nothing; what no words are known for is told as it is. */
export function reasonWords({ status, error }: Pick<ToldNotification["tries"][number], "status" | "error">): string {
  if (status !== undefined && error === undefined) return `the receiver answered ${status}`;
  const known = reasons.find(([pattern]) => pattern.test(error ?? ""))?.[1];
  return known ?? error ?? "there was no answer";
}
