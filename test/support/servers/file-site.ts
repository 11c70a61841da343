type Content = string | Uint8Array | (() => string);
type Entry =
  | Content
  | { readonly text: Content; readonly type?: string; readonly status?: number }
  | { readonly redirect: string };

/** A web site of files. */
export type FileSite = AsyncDisposable & { readonly url: string; readonly asked: readonly string[] };

/** Serves contents by their paths on a free port of loopback; what is not there is 404. */
export function fileSite(files: Readonly<Record<string, Entry>>): FileSite {
  const asked: string[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      const { pathname } = new URL(request.url);
      asked.push(pathname);
      const entry = files[pathname];
      if (entry === undefined) return new Response("nothing here", { status: 404 });
      if (typeof entry === "object" && "redirect" in entry) {
        return new Response(null, { status: 302, headers: { location: entry.redirect } });
      }
      const isPlain = typeof entry !== "object" || entry instanceof Uint8Array;
      const { text, type = "text/plain", status = 200 } = isPlain ? { text: entry } : entry;
      const body = typeof text === "function" ? text() : typeof text === "string" ? text : new Uint8Array(text);
      return new Response(body, { status, headers: { "content-type": type } });
    },
  });
  return { url: `http://127.0.0.1:${server.port}`, asked, [Symbol.asyncDispose]: () => server.stop(true) };
}
