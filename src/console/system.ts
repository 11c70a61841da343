import { addCopyButton } from "./shared/copy-button.ts";
import { findRows } from "./shared/find-rows.ts";
import { keepPresses } from "./shared/keep-press.ts";
import { openTargets } from "./shared/open-target.ts";
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
openTargets();
