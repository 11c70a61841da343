import { followChangedSince } from "./shared/changed-since.ts";
import { addCopyButton } from "./shared/copy-button.ts";
import { findRows } from "./shared/find-rows.ts";
import { keepPresses } from "./shared/keep-press.ts";
import { openTargets } from "./shared/open-target.ts";
import { preparePrinting } from "./shared/print-foot.ts";
import { showLocalTimes } from "./shared/refresh.ts";
import { settleScrollStops } from "./shared/scroll-stops.ts";
import { forgetTold } from "./shared/told-notice.ts";

forgetTold();
keepPresses();
openTargets();
followChangedSince();

showLocalTimes(document);
for (const text of document.querySelectorAll<HTMLElement>("pre[data-copy]")) addCopyButton(text);
for (const label of document.querySelectorAll<HTMLElement>("[data-finds]")) findRows(label);

/** What the chosen role lacks cannot be ticked: the server would refuse it. */
function showRole(select: HTMLSelectElement): void {
  for (const box of document.querySelectorAll<HTMLInputElement>("input[data-roles]")) {
    const isLacking = !(box.dataset.roles ?? "").split(" ").includes(select.value);
    box.disabled = isLacking;
    box.closest("label")?.classList.toggle("muted", isLacking);
  }
}

const role = document.querySelector<HTMLSelectElement>("select[name=role]");
if (role !== null) {
  const show = () => showRole(role);
  show();
  role.addEventListener("change", show);
  // A browser that comes back to the page chooses again what was chosen.
  addEventListener("pageshow", show);
}
settleScrollStops();
preparePrinting();
