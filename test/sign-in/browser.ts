/** A browser without scripts: it keeps cookies by host and path, follows redirects, and sends forms. */
export type PlainBrowser = {
  /** Goes to an address as a person does who types it or follows a link. */
  go(url: string): Promise<Seen>;
  /** Sends a form of the page that was seen last. */
  send(action: string, fields: Readonly<Record<string, string>>): Promise<Seen>;
  /** The cookies of an address. */
  cookies(url: string): string;
};

export type Seen = { readonly url: string; readonly status: number; readonly text: string };

const accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/** Creates a browser; `reach` may lead an address elsewhere. */
export function createBrowser(): PlainBrowser {
  // Ports do not tell cookies apart, so each has its own jar here: two services of one machine would share them.
  const jars = new Map<string, Map<string, string>>();
  let place = "";
  const cookies = (url: string) =>
    [...(jars.get(new URL(url).host) ?? [])].map(([name, value]) => `${name}=${value}`).join("; ");
  const keep = (url: string, response: Response) => {
    const jar = jars.get(new URL(url).host) ?? new Map<string, string>();
    jars.set(new URL(url).host, jar);
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0|expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
  };
  const visit = async (
    address: string,
    init: RequestInit & { readonly headers?: Record<string, string> },
  ): Promise<Seen> => {
    let url = address;
    let sent = init;
    for (let hops = 0; hops < 20; hops += 1) {
      const headers = { accept, cookie: cookies(url), ...sent.headers };
      const response = await fetch(url, { ...sent, headers, redirect: "manual" });
      keep(url, response);
      const location = response.headers.get("location");
      if (location === null || response.status < 300 || response.status > 399) {
        place = url;
        return { url, status: response.status, text: await response.text() };
      }
      await response.body?.cancel();
      url = new URL(location, url).href;
      sent = {};
    }
    throw new Error(`Cannot follow ${address}: found too many redirects`);
  };
  return {
    cookies,
    go: (url) => visit(url, {}),
    send: (action, fields) =>
      visit(new URL(action, place).href, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", origin: new URL(place).origin },
        body: String(new URLSearchParams(fields)),
      }),
  };
}
