import { openTargets } from "./shared/open-target.ts";

// What draws the description is a script of its own, which stands before this one.
declare const SwaggerUIBundle: (options: Readonly<Record<string, unknown>>) => Drawn;

/** What it gives: a heading is shown or folded up by its name. */
type Drawn = { readonly layoutActions: { show(thing: readonly string[], isShown: boolean): void } };

type Layout = {
  getComponent(name: string, isContainer?: boolean): unknown;
  readonly specSelectors: { loadingStatus(): string };
};
type System = {
  readonly React: { createElement(type: unknown, props: object | null, ...children: unknown[]): unknown };
};

/** The parts of a description inside the main part of the page; its own layout has a main part, too, and only one may be there. */
const inMain = ({ React: { createElement: make } }: System) => ({
  components: {
    InMain(props: Layout) {
      const { getComponent, specSelectors } = props;
      if (specSelectors.loadingStatus() !== "success") return make(getComponent("BaseLayout", true), props);
      const part = (name: string) => make(getComponent(name, true), null);
      return make(
        "div",
        { className: "swagger-ui" },
        make(getComponent("SvgAssets"), null),
        part("errors"),
        make("div", { className: "scheme-container" }, part("ServersContainer"), part("AuthorizeBtnContainer")),
        part("operations"),
        part("Models"),
        // Who comes looks for a path first.
        part("InfoContainer"),
      );
    },
  },
});

/** What it draws and who cannot see, or has no mouse, could not use: elements, and the attributes that mend them. */
const mended: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ["#servers", { "aria-label": "Server" }],
  ["h3.opblock-tag, .models h4", { "aria-level": "2" }],
  ["textarea.body-param__text", { "aria-label": "Request body" }],
  [".opblock h4", { "aria-level": "3" }],
  [".opblock h5", { "aria-level": "4" }],
  [".swagger-ui pre", { tabindex: "0" }],
];

/** Marks what who has signed in may not do, and lets it stand behind the rest of its heading. */
function markRefused(root: HTMLElement): void {
  const { refused = "", refusedWords = "" } = root.dataset;
  if (refused === "") return;
  const all = new Set(refused.split("\n"));
  for (const operation of root.querySelectorAll(".opblock:not([data-seen])")) {
    operation.setAttribute("data-seen", "");
    const textOf = (part: string) => operation.querySelector(`.opblock-summary-${part}`)?.textContent ?? "";
    // Places where a long path may break are marked by a character that is not seen.
    if (!all.has(`${textOf("method")} ${textOf("path").replaceAll("\u200b", "")}`)) continue;
    operation.classList.add("refused");
    operation.querySelector(".opblock-summary-description")?.setAttribute("data-words", ` (${refusedWords})`);
  }
}

function mend(root: Element): void {
  for (const [selector, attributes] of mended) {
    for (const element of root.querySelectorAll(selector)) {
      for (const [name, value] of Object.entries(attributes)) {
        if (element.getAttribute(name) !== value) element.setAttribute(name, value);
      }
    }
  }
}

const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

/** The paths in short stand there until those to try are drawn; where these cannot be read, both are shown. */
function reveal(root: HTMLElement): void {
  if (root.querySelector(".opblock-tag") !== null) document.querySelector("#paths")?.remove();
  else if (root.querySelector(".failed-config, .errors-wrapper") === null) return;
  root.hidden = false;
}

const root = document.querySelector<HTMLElement>("#swagger-ui");
if (root !== null) {
  const look = () => {
    reveal(root);
    mend(root);
    markRefused(root);
  };
  new MutationObserver(look).observe(root, { childList: true, subtree: true });
  // The colours of its highlighted examples cannot be read by all. Schemas, which take as long to draw as all paths, are folded up.
  const looks = { syntaxHighlight: false, defaultModelsExpandDepth: 0, plugins: [inMain], layout: "InMain" };
  // What only this website asks for stands at the end, folded up.
  const onComplete = () => drawn.layoutActions.show(["operations-tag", "pages"], false);
  const drawn = SwaggerUIBundle({ url: "api", dom_id: "#swagger-ui", validatorUrl: null, onComplete, ...looks });
}
openTargets();
