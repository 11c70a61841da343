type Content = string | Node;

type Attributes = Readonly<Record<string, string | boolean | undefined>>;

/** Makes an element with attributes and what is in it; texts stay texts, whatever they hold. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...content: readonly Content[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...content);
  return made;
}

/** Makes a button that does something. */
export function button(text: string, act: () => void): HTMLButtonElement {
  const made = element("button", { type: "button" }, text);
  made.addEventListener("click", act);
  return made;
}

/** Makes a list to choose from, with its label; `act` is called with what was chosen. */
export function choice(
  label: string,
  options: readonly { readonly value: string; readonly text: string }[],
  act: (value: string) => void,
): { readonly label: HTMLLabelElement; readonly select: HTMLSelectElement } {
  const select = element("select");
  select.append(...options.map(({ value, text }) => element("option", { value }, text)));
  select.addEventListener("change", () => act(select.value));
  return { label: element("label", { class: "choice" }, element("span", { class: "muted" }, label), select), select };
}

/** Reads a colour of the page by its name; maps and curves look as the page does, light or dark. */
export function pageColour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
