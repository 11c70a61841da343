import { createServer, type Server, type Socket } from "node:net";
import { readAllowList } from "../../../src/net/addresses.ts";
import { createGate, type Gate, type GateDeps } from "../../../src/net/fetch.ts";

/** A server of raw bytes: what it answers, byte by byte, is the test's to say. */
export type RawServer = AsyncDisposable & {
  readonly url: string;
  readonly port: number;
  /** The requests that came, whole heads and what followed at once. */
  readonly requests: readonly string[];
};

/** Starts a server on loopback that hands each request with its connection to `answer`. */
export async function rawServer(answer: (request: string, socket: Socket) => void): Promise<RawServer> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    let text = "";
    socket.on("data", (bytes) => {
      const wasWhole = text.includes("\r\n\r\n");
      text += bytes.toString("latin1");
      if (wasWhole || !text.includes("\r\n\r\n")) return;
      requests.push(text);
      answer(text, socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Writes an HTTP answer with a right length. */
export function httpAnswer(status: number, headers: Readonly<Record<string, string>>, body = ""): string {
  const all = { "content-length": String(Buffer.byteLength(body)), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Said\r\n${lines.join("")}\r\n${body}`;
}

/** A gate that may reach loopback, and no host name. */
export function loopbackGate(changes: Partial<GateDeps> = {}): Gate {
  return createGate({
    resolve: async () => [],
    allowed: readAllowList(["127.0.0.1"]),
    limits: { idleMilliseconds: 5000, totalMilliseconds: 10_000 },
    ...changes,
  });
}
