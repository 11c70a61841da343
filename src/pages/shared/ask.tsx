import { Replacement } from "../processes/replacement.tsx";
import { Layout } from "./layout.tsx";
import { type Page, policyOf, scriptUrl } from "./page.ts";
import { Time } from "./parts.tsx";

const script = "local-times";

/** What a person is asked before something is done to what others may use, or that cannot be undone. */
export type Question = {
  /** What happens, in sentences. */
  readonly words: string;
  /** When it was last used (RFC 3339), null for never; nothing is said of it when absent. */
  readonly lastUsed?: string | null;
  /** What it is about, each with its page, and `more` of it in a line: the first few. */
  readonly concerned?: readonly { readonly title: string; readonly href?: string; readonly more?: string }[];
  /** What was asked for and is not done, and why. */
  readonly left?: { readonly words: string; readonly items: readonly string[] };
  /** The revision that runs, and the one that would run after a yes: what changes is told. */
  readonly change?: Parameters<typeof Replacement>[0];
  /** Where the answer goes, and the page to go back to. */
  readonly action: string;
  readonly back: string;
  readonly yes: string;
  /** Yes takes nothing away that cannot be had again: its button does not warn. */
  readonly isHarmless?: boolean;
  readonly no: string;
  /** Another yes, which does more: the answer has this field besides. */
  readonly also?: { readonly yes: string; readonly name: string; readonly value: string };
  /** What one may have meant in place of it. */
  readonly instead?: { readonly title: string; readonly href: string };
  /** What the form that asks had, and the answer repeats. */
  readonly fields?: Readonly<Record<string, string>>;
};

/** The page that asks a person: yes sends the same form again, with `confirmed`. */
export const askPage: Page<Question> = {
  policy: (frame) => policyOf({ sendsForms: true, scripts: scriptUrl(frame, script) }),
  render: (
    frame,
    { words, action, back, yes, no, concerned = [], left, fields = {}, lastUsed, isHarmless, change, instead, also },
  ) =>
    `<!doctype html>${(
      <Layout {...frame} script={scriptUrl(frame, script)}>
        <p>{words}</p>
        {lastUsed === undefined ? null : <p>{lastUsed === null ? "It was never used." : <LastUsed at={lastUsed} />}</p>}
        {concerned.length === 0 ? null : (
          <ul class="prose">
            {concerned.map(({ title, href, more }) => (
              <li>
                {href === undefined ? title : <a href={href}>{title}</a>}
                {more === undefined ? null : `, ${more}`}
              </li>
            ))}
          </ul>
        )}
        {left === undefined ? null : (
          <>
            <p>{left.words}</p>
            <ul class="prose">
              {left.items.map((item) => (
                <li>{item}</li>
              ))}
            </ul>
          </>
        )}
        {change === undefined ? null : <Replacement {...change} isPart={false} />}
        {instead === undefined ? null : (
          <p>
            <a href={instead.href}>{instead.title}</a>
          </p>
        )}
        <form method="post" action={action} class="actions">
          {Object.entries(fields).map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
          <a class="button" href={back}>
            {no}
          </a>
          <button
            type="submit"
            class={isHarmless === true ? "button-main" : "button-danger"}
            name="confirmed"
            value="true"
          >
            {yes}
          </button>
          {also === undefined ? null : (
            <button type="submit" class="button-main" name={also.name} value={also.value}>
              {also.yes}
            </button>
          )}
        </form>
      </Layout>
    )}`,
};

function LastUsed({ at }: { readonly at: string }) {
  return (
    <>
      It was last used <Time at={at} isRough={true} />, or within a minute after.
    </>
  );
}
