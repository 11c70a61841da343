import axe from "axe-core";
import { HtmlValidate } from "html-validate";
import type { Page } from "playwright-core";
import * as v from "valibot";

const violations = v.array(
  v.object({
    id: v.string(),
    nodes: v.array(v.object({ html: v.string(), failureSummary: v.optional(v.string(), "") })),
  }),
);

/** Lists what keeps people from using a page as it stands in the browser, by axe. */
export async function barriersOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate("axe.run(document, { resultTypes: ['violations'] }).then((all) => all.violations)");
  return v
    .parse(violations, found)
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}

const validator = new HtmlValidate({
  extends: ["html-validate:recommended"],
  rules: {
    // HTML takes a doctype in either case.
    "doctype-style": "off",
    // Pages are made without the white space that is only for the eyes of who reads the source.
    "no-trailing-whitespace": "off",
    // An element without content may end in "/>" or not: it means the same.
    "void-style": "off",
    // hono/jsx writes required="" for required, and hidden="" for hidden: both mean the same.
    "attribute-boolean-style": "off",
    "attribute-empty-style": "off",
    // Tables that are laid out as cards say what they are.
    "no-redundant-role": "off",
    // The id of a field is the place of its value (/inputs/text), which HTML allows.
    "valid-id": ["error", { relaxed: true }],
    // The boxes of one list of choices share its name.
    "form-dup-name": ["error", { shared: ["radio", "checkbox", "submit", "button"] }],
  },
});

/** Lists what is no right HTML in what the service sent. */
export async function markupFaultsOf(html: string): Promise<readonly string[]> {
  const { results } = await validator.validateString(html);
  return results.flatMap(({ messages }) =>
    messages.map(({ ruleId, message, line, column }) => {
      const near = html.split("\n")[line - 1]?.slice(Math.max(0, column - 30), column + 90) ?? "";
      return `${ruleId}: ${message} at ${line}:${column}: ${near}`;
    }),
  );
}
