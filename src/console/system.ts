import { addCopyButton } from "./shared/copy-button.ts";
import { findRows } from "./shared/find-rows.ts";
import { keepPresses } from "./shared/keep-press.ts";
import { preparePrinting } from "./shared/print-foot.ts";
import { createRefresh, showLocalTimes } from "./shared/refresh.ts";
import { rest } from "./shared/rest.ts";
import { settleScrollStops } from "./shared/scroll-stops.ts";
import { forgetTold } from "./shared/told-notice.ts";

forgetTold();
keepPresses();

showLocalTimes(document);

const renews = document.querySelector<HTMLElement>("[data-renews]");
if (renews !== null) void renew(renews, Number(renews.dataset.renews));

for (const text of document.querySelectorAll<HTMLElement>("pre[data-copy]")) addCopyButton(text);
for (const label of document.querySelectorAll<HTMLElement>("[data-finds]")) findRows(label);
addEventListener("hashchange", showTarget);
showTarget();

/** A row that is folded up is shown to who comes to it by a link, and what is folded up below a heading. */
function showTarget(): void {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const below = target?.tagName === "H2" ? target.parentElement?.querySelector("details") : undefined;
  const folded = target?.closest("details") ?? below;
  if (target === null || folded === null || folded === undefined || folded.open) return;
  folded.open = true;
  target.scrollIntoView();
}

/** Takes newer figures again and again, as long as somebody sees the page. */
async function renew(words: HTMLElement, seconds: number): Promise<void> {
  words.textContent = `It is measured again every ${seconds} seconds.`;
  const refresh = createRefresh();
  for (;;) {
    await rest(seconds * 1000);
    try {
      await refresh();
    } catch {
      // A service that starts anew, or a network that is gone: the time of the last figures stands beside them.
      words.textContent = "The service does not answer now. It is asked again.";
      continue;
    }
    words.textContent = `It is measured again every ${seconds} seconds.`;
  }
}
settleScrollStops();
preparePrinting();
