import { rest } from "./rest.ts";

/** What is done now and then, however often it is asked for. */
export type NowAndThen = {
  /** Asks for it: it is done at once, or after the rest. */
  readonly ask: () => void;
  /** Does it now, where it was asked for and is not done yet. */
  readonly finish: () => void;
  /** Leaves out what was asked for and is not done yet. */
  readonly forget: () => void;
};

/** Between one time and the next, in milliseconds. */
const restMilliseconds = 500;

/** Makes what is done twice a second at most. What is not done yet is done as the page is left, or is not seen any more. */
export function createNowAndThen(act: () => void): NowAndThen {
  let isAsked = false;
  let isResting = false;
  const finish = () => {
    if (!isAsked) return;
    isAsked = false;
    act();
  };
  const work = async () => {
    isResting = true;
    while (isAsked) {
      finish();
      await rest(restMilliseconds);
    }
    isResting = false;
  };
  addEventListener("pagehide", finish);
  document.addEventListener("visibilitychange", finish);
  return {
    ask() {
      isAsked = true;
      // A page that nobody sees has no frames to rest for.
      if (document.hidden) finish();
      else if (!isResting) void work();
    },
    finish,
    forget() {
      isAsked = false;
    },
  };
}
