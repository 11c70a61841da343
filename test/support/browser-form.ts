/** What a browser would send of the form that runs, else of the first form of a page, by the names of its fields, when the named button is pressed. */
export function formEntries(html: string, button?: { readonly name: string; readonly value: string }): FormData {
  const form = new FormData();
  const running = html.search(/<form\b[^>]* id="run"/);
  const start = running === -1 ? html.indexOf("<form") : running;
  const end = html.indexOf("</form>", start);
  let area: { readonly name: string; text: string } | undefined;
  let select = "";
  const first = new Map<string, string>();
  new HTMLRewriter()
    .on("input", {
      element(element) {
        const name = decoded(element.getAttribute("name") ?? "");
        const value = decoded(element.getAttribute("value") ?? "");
        const type = element.getAttribute("type");
        if (type === "file") form.append(name, new File([], ""));
        else if ((type !== "radio" && type !== "checkbox") || element.hasAttribute("checked")) form.append(name, value);
      },
    })
    .on("textarea", {
      element(element) {
        const opened = { name: decoded(element.getAttribute("name") ?? ""), text: "" };
        area = opened;
        element.onEndTag(() => {
          // A browser drops the first line break, and sends the others as CR LF.
          form.append(opened.name, decoded(opened.text).replace(/^\n/, "").replaceAll("\n", "\r\n"));
          area = undefined;
        });
      },
      text(chunk) {
        if (area !== undefined) area.text += chunk.text;
      },
    })
    .on("select", {
      element(element) {
        const name = decoded(element.getAttribute("name") ?? "");
        const isSeveral = element.hasAttribute("multiple");
        select = name;
        element.onEndTag(() => {
          const fallback = first.get(name);
          if (!isSeveral && !form.has(name) && fallback !== undefined) form.append(name, fallback);
        });
      },
    })
    .on("option", {
      element(element) {
        const value = decoded(element.getAttribute("value") ?? "");
        if (!first.has(select)) first.set(select, value);
        if (element.hasAttribute("selected")) form.append(select, value);
      },
    })
    .transform(html.slice(start, end));
  if (button !== undefined) form.append(button.name, button.value);
  return form;
}

const marks: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

function decoded(text: string): string {
  return text.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => marks[name] ?? "");
}
