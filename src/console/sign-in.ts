import { removeAllDrafts } from "./shared/drafts.ts";
import { keepPresses } from "./shared/keep-press.ts";
import { openTargets } from "./shared/open-target.ts";
import { showLocalTimes } from "./shared/refresh.ts";
import { settleScrollStops } from "./shared/scroll-stops.ts";
import { forgetTold } from "./shared/told-notice.ts";

forgetTold();
keepPresses();
openTargets();
showLocalTimes(document);
settleScrollStops();

// Whoever signs out leaves nothing in this browser.
const signOut = document.querySelector<HTMLFormElement>("form[data-sign-out]");
signOut?.addEventListener("submit", () => {
  removeAllDrafts(new URL(signOut.action).pathname.replace(/\/_\/sign-out$/, ""), Date.now());
});
