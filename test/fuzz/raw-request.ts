import { connect } from "node:net";

/** What came of a request: its status, or that the connection ended without one. */
export type Outcome = {
  /** 0 when the connection was closed without an answer. */
  readonly status: number;
  readonly body: string;
  readonly milliseconds: number;
  /** No connection could be made. */
  readonly isRefused: boolean;
};

const latestMilliseconds = 15_000;

/** Sends bytes as they are and reads the answer up to the end of the connection. */
export function sendRaw(port: number, bytes: Uint8Array): Promise<Outcome> {
  const began = performance.now();
  const pieces: Buffer[] = [];
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let isConnected = false;
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
      const text = Buffer.concat(pieces).toString("utf8");
      const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0);
      const body = text.slice(text.indexOf("\r\n\r\n") + 4);
      resolve({ status, body, milliseconds: performance.now() - began, isRefused: !isConnected });
    };
    const timer = setTimeout(finish, latestMilliseconds);
    socket.on("connect", () => {
      isConnected = true;
      socket.write(bytes);
    });
    socket.on("data", (piece) => {
      pieces.push(Buffer.from(piece));
      if (isWhole(Buffer.concat(pieces).toString("latin1"))) finish();
    });
    socket.on("error", finish);
    socket.on("close", finish);
  });
}

/** Tells whether an answer has the length that it says. */
function isWhole(text: string): boolean {
  const end = text.indexOf("\r\n\r\n");
  if (end === -1) return false;
  const head = text.slice(0, end);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return text.length - end - 4 >= Number(length);
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) return text.endsWith("\r\n0\r\n\r\n");
  return /^HTTP\/1\.1 (204|304)/.test(head);
}

/** Words a request; the length of its body is right. */
export function requestOf(
  line: string,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array = "",
): Uint8Array {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  const all = { host: "127.0.0.1", connection: "close", ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = bytes.byteLength > 0 || line.startsWith("POST") ? `content-length: ${bytes.byteLength}\r\n` : "";
  return Buffer.concat([Buffer.from(`${line} HTTP/1.1\r\n${lines.join("")}${length}\r\n`, "utf8"), bytes]);
}
