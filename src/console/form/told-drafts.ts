import type { KeptDraft } from "../shared/drafts.ts";
import { button, element } from "../shared/elements.ts";
import { showLocalTimes } from "../shared/refresh.ts";
import { draftFieldsOf, draftWords } from "./draft-fields.ts";
import type { Written } from "./draft-slot.ts";

/** Says that what was typed is there again, what of it has no field any more, and lets one begin anew. */
export function tellTaken(
  form: HTMLFormElement,
  { lost, startAnew }: { readonly lost: readonly string[]; readonly startAnew: () => void },
): void {
  for (const old of form.querySelectorAll("[data-draft]")) old.remove();
  const gone = lost.length === 0 ? "" : `The form has no field any more for ${lost.join(", ")}. `;
  form.prepend(
    element(
      "p",
      { class: "notice", role: "status", "data-draft": true },
      `What you typed before is here again. ${gone}`,
      button("Start anew", startAnew),
    ),
  );
}

type Offer = { readonly revision: string; readonly takeUp: (draft: KeptDraft) => void };

/** Offers drafts above the form: each is taken up or forgotten by a press. */
export function offerDrafts(form: HTMLFormElement, drafts: readonly KeptDraft[], { revision, takeUp }: Offer): void {
  if (drafts.length === 0) return;
  const notice = element("div", { class: "notice", role: "status", "data-drafts": true });
  const now = draftFieldsOf(form);
  const rows = drafts.map((draft) => {
    const row = element(drafts.length === 1 ? "p" : "li");
    const leave = () => {
      row.remove();
      if (notice.querySelector("button") === null) notice.remove();
    };
    const time = element("time", { datetime: new Date(draft.at).toISOString() });
    const words = draftWords(draft.fields, now);
    const other = draft.revision === revision ? "" : " It was another version of the process.";
    row.append(
      ...(drafts.length === 1 ? ["You began this form on ", time] : [time]),
      `${words === "" ? "" : `: ${words}`}.${other} `,
      button("Take it up", () => {
        leave();
        takeUp(draft);
      }),
      " ",
      button("Forget it", () => {
        for (const storage of [localStorage, sessionStorage]) storage.removeItem(draft.key);
        leave();
      }),
    );
    return row;
  });
  notice.append(
    ...(rows.length === 1 ? rows : [element("p", {}, "You began this form before:"), element("ul", {}, ...rows)]),
  );
  showLocalTimes(notice);
  form.prepend(notice);
}

const lostWords = "a reload or a closed tab would lose what you type now.";

const notKeptWords = {
  "too-long": `This is too long for the browser to keep until it is sent: ${lostWords}`,
  "signed-out": `Somebody signed out in this browser, and this page keeps nothing from then on: ${lostWords}`,
} as const satisfies Record<Exclude<Written, "kept">, string>;

/** Says below the form why what is typed is not kept, as long as it is not. */
export function tellWritten(form: HTMLFormElement, written: Written): void {
  const old = form.querySelector("[data-not-kept]");
  const words = written === "kept" ? "" : notKeptWords[written];
  if (old?.textContent === words) return;
  old?.remove();
  if (words !== "") form.append(element("p", { class: "muted", role: "status", "data-not-kept": true }, words));
}
