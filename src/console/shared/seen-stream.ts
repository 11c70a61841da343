/** A stream of events that is open while somebody sees its page. */
export type SeenStream = {
  /** Ends it for good. */
  end(): void;
  hasEnded(): boolean;
};

/** What is done with a stream. */
export type StreamUses = {
  /** Takes each event, by its name. */
  readonly events: Readonly<Record<string, (event: MessageEvent<string>) => void>>;
  /** Is called each time the stream is open; `wasUnseen` tells that nothing came for a while, because nobody saw the page. */
  readonly opened: (wasUnseen: boolean) => void;
  /** Is called when the server gives no more. */
  readonly closed?: () => void;
};

/**
 * Opens a stream of server-sent events, and holds it only while its page is seen. A browser has six connections to a service for all
 * of its tabs, and a page that was left keeps its own while the browser may come back to it: such pages give it back, and so do those
 * behind others. A page that is seen again goes on after the last event that it had, where its address says by `after` from where on.
 */
export function openSeenStream(address: string, { events, opened, closed }: StreamUses): SeenStream {
  let source: EventSource | undefined;
  let last = "";
  let isLeft = false;
  let wasUnseen = false;
  let isOver = false;
  const open = () => {
    const made = new EventSource(addressAfter(address, last));
    source = made;
    for (const [name, take] of Object.entries(events)) {
      made.addEventListener(name, (event) => {
        last = event.lastEventId;
        take(event);
      });
    }
    made.addEventListener("open", () => {
      opened(wasUnseen);
      wasUnseen = false;
    });
    made.addEventListener("error", () => {
      if (made.readyState !== EventSource.CLOSED) return;
      isOver = true;
      closed?.();
    });
  };
  const settle = () => {
    if (isOver) return;
    const isSeen = !isLeft && document.visibilityState === "visible";
    if (isSeen && source === undefined) open();
    if (isSeen) return;
    wasUnseen = true;
    source?.close();
    source = undefined;
  };
  addEventListener("pagehide", () => {
    isLeft = true;
    settle();
  });
  addEventListener("pageshow", () => {
    isLeft = false;
    settle();
  });
  document.addEventListener("visibilitychange", settle);
  settle();
  return {
    end: () => {
      isOver = true;
      source?.close();
    },
    hasEnded: () => isOver,
  };
}

function addressAfter(address: string, last: string): string {
  const url = new URL(address, location.href);
  if (last !== "" && url.searchParams.has("after")) url.searchParams.set("after", last);
  return url.href;
}
