import { addCopyButton } from "./shared/copy-button.ts";
import { preparePrinting } from "./shared/print-foot.ts";
import { showLocalTimes } from "./shared/refresh.ts";
import { forgetTold } from "./shared/told-notice.ts";

forgetTold();

showLocalTimes(document);
for (const text of document.querySelectorAll<HTMLElement>("pre[data-copy]")) addCopyButton(text);
preparePrinting();
