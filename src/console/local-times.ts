import { addCopyButton } from "./shared/copy-button.ts";
import { keepPresses } from "./shared/keep-press.ts";
import { openTargets } from "./shared/open-target.ts";
import { preparePrinting } from "./shared/print-foot.ts";
import { showLocalTimes } from "./shared/refresh.ts";
import { settleScrollStops } from "./shared/scroll-stops.ts";
import { forgetTold } from "./shared/told-notice.ts";

forgetTold();
keepPresses();
openTargets();

showLocalTimes(document);
for (const text of document.querySelectorAll<HTMLElement>("pre[data-copy]")) {
  const button = addCopyButton(text);
  // The address of a share is told once: to copy it is what one comes to its page for.
  if (text.dataset.shared !== undefined) button?.focus();
}
settleScrollStops();
preparePrinting();
