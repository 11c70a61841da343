import { parts } from "../../pages/form/field.ts";
import { element } from "../shared/elements.ts";

/** What may have a footprint, by the end of its path. */
const drawn: readonly (readonly [RegExp, string])[] = [
  [/\.(?:json|geojson)$/i, "application/json"],
  [/\.kml$/i, "application/vnd.google-earth.kml+xml"],
];

/**
 * Shows the place of what an address of a form, or an output that is chosen there, leads to: features, or an item or a catalog of
 * STAC. Only addresses of this
 * service are looked at; nobody else learns that they were typed.
 */
export async function watchAddress(host: HTMLElement): Promise<void> {
  const inputs = [...document.querySelectorAll<HTMLInputElement>("input")];
  const input = inputs.find(({ name }) => name === host.dataset.name);
  if (input === undefined) return;
  const stored = input.form?.elements.namedItem(input.name.replace(parts.address, parts.stored));
  const chosen = stored instanceof HTMLSelectElement ? stored : undefined;
  let last = "";
  const look = async () => {
    const url = URL.parse(input.value.trim() || (chosen?.value ?? ""), document.baseURI);
    const type = url?.origin === location.origin ? drawn.find(([end]) => end.test(url.pathname))?.[1] : undefined;
    const href = type === undefined || url === null ? "" : url.href;
    if (href === last) return;
    last = href;
    host.replaceChildren();
    if (href === "" || type === undefined) return;
    const shown = await draw(href, type, host.dataset.label ?? "");
    // Another one may have been typed meanwhile.
    if (last !== href) return;
    host.replaceChildren(shown.element);
    shown.fit();
  };
  for (const control of [input, chosen]) control?.addEventListener("change", () => void look());
  await look();
}

async function draw(href: string, type: string, name: string) {
  try {
    const { drawFeatures } = await import("./features-view.ts");
    return await drawFeatures(href, type, name);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { element: element("p", { class: "muted", role: "status" }, message), fit: () => {} };
  }
}
