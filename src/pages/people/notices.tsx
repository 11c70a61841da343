import type { NotificationEvent } from "../../domain/people/notification.ts";

/** What the page of the account says of notices, and what its form shows. */
export type NoticesView = {
  readonly sendsMail: boolean;
  /** Whom mails may go to, as `ADDRESS` or `@DOMAIN`; anybody when absent. */
  readonly mailTo?: readonly string[];
  /** Mails may go to more single addresses than are told here. */
  readonly hasOthers?: boolean;
  /** The reader may see the settings: the one that is missing is named. */
  readonly seesSystem: boolean;
  /** Why there is no form: nobody is signed in, or the key is not for everything. */
  readonly lacks?: "user" | "whole-key";
  /** What is kept, or was typed and could not be. */
  readonly address: string;
  readonly events: readonly NotificationEvent[];
  /** Something is kept. */
  readonly isKept: boolean;
  /** What is wrong, by the field. */
  readonly faults: Readonly<Partial<Record<"address" | "events", string>>>;
};

const aboutSaved =
  "What you save is filled into the form of each process, where it can be changed for one run (More). Jobs that programs send, by the API or the command line, are told of as their requests say. Without an address nothing is filled in.";

const lackWords = {
  user: "Nobody is signed in: choose at each run who is told, below “More” in the form of its process.",
  "whole-key":
    "Your key is not for everything, so that it keeps no address: choose at each run who is told, below “More” in the form of its process.",
} as const;

/** The anchor of the part about notices. */
export const noticesPart = "notices";

const choices = [
  { event: "success", words: "A job of mine ended well" },
  { event: "failed", words: "A job of mine failed or was dismissed" },
  { event: "inProgress", words: "A job of mine started to run" },
] as const satisfies readonly { readonly event: NotificationEvent; readonly words: string }[];

/** The part of the account's page by which one is told of the end of jobs. */
export function Notices({ view, baseUrl }: { readonly view: NoticesView; readonly baseUrl: string }) {
  return (
    <section id={noticesPart}>
      <h2>Notices</h2>
      <p>
        {`You can be told when your jobs end: ${view.sendsMail ? "by a mail, or " : ""}by a request to a web address of a program that waits for it. `}
        <MailWords view={view} />
      </p>
      {view.lacks === undefined ? <NoticesForm view={view} baseUrl={baseUrl} /> : <p>{lackWords[view.lacks]}</p>}
    </section>
  );
}

/** Says whether this server sends mails, and to whom. */
function MailWords({ view: { sendsMail, mailTo, hasOthers, seesSystem } }: { readonly view: NoticesView }) {
  if (!sendsMail) {
    return (
      <>
        This server sends no mails
        {seesSystem ? (
          <>
            {": "}
            <code>--smtp-url</code>
            {" names the server that it would hand them to"}
          </>
        ) : null}
        .
      </>
    );
  }
  return <>{`This server sends mails to ${reachWords(mailTo, hasOthers === true)}.`}</>;
}

function reachWords(mailTo: readonly string[] | undefined, hasOthers: boolean): string {
  if (mailTo === undefined) return "any address";
  const domains = mailTo.filter((pattern) => pattern.startsWith("@")).map((pattern) => pattern.slice(1));
  const single = mailTo.filter((pattern) => !pattern.startsWith("@"));
  const others = hasOthers ? ["single addresses that its operator named"] : [];
  const ofDomains = domains.length === 0 ? [] : [`addresses of ${domains.join(", ")}`];
  return `${[...ofDomains, ...single, ...others].join(", and to ")} only`;
}

function NoticesForm({ view, baseUrl }: { readonly view: NoticesView; readonly baseUrl: string }) {
  const { sendsMail, address, events, isKept, faults } = view;
  return (
    <form method="post" action={`${baseUrl}/_/sign-in/notices-form`} class="form-narrow">
      <p class="muted">{aboutSaved}</p>
      <label class={faults.address === undefined ? "field" : "field field-wrong"}>
        <span>{sendsMail ? "Mail address or web address" : "Web address (http or https)"}</span>
        <input
          id="notices-address"
          name="address"
          type={sendsMail ? "text" : "url"}
          inputmode={sendsMail ? "email" : "url"}
          value={address}
          autocomplete={sendsMail ? "email" : "url"}
          spellcheck={false}
          autofocus={faults.address !== undefined}
          {...marksOf("notices-address", faults.address)}
        />
        <FieldFault id="notices-address" words={faults.address} />
      </label>
      <fieldset
        class={faults.events === undefined ? "field" : "field field-wrong"}
        {...marksOf("notices-events", faults.events)}
      >
        <legend>Tell me when</legend>
        {choices.map(({ event, words }) => (
          <label class="choice">
            <input type="checkbox" name="events" value={event} checked={events.includes(event)} />
            <span>{words}</span>
          </label>
        ))}
        <FieldFault id="notices-events" words={faults.events} />
      </fieldset>
      <p class="actions">
        <button type="submit">Save</button>
        {isKept ? (
          <button type="submit" name="doing" value="remove" formnovalidate>
            Remove the address
          </button>
        ) : null}
      </p>
    </form>
  );
}

function marksOf(id: string, words: string | undefined) {
  return words === undefined ? {} : { "aria-invalid": true, "aria-describedby": `${id}-fault` };
}

function FieldFault({ id, words }: { readonly id: string; readonly words: string | undefined }) {
  return words === undefined ? null : (
    <span class="fault" id={`${id}-fault`}>
      {words}
    </span>
  );
}
