import { closeSync, openSync } from "node:fs";
import { connect as connectTls } from "node:tls";
import { shortageOf } from "../domain/figures/shortage.ts";
import { sleep, startTimer } from "../domain/waiting/timers.ts";

/** A connection to one address, as far as one exchange needs it. */
export type Connection = {
  /** Sends bytes; what is sent before the connection stands waits for it. */
  write(bytes: string | Uint8Array): void;
  /** Gives the next bytes, undefined at the end of the stream. Throws what broke the connection. */
  read(): Promise<Uint8Array | undefined>;
  /** Closes it; `error` is what a read then throws. */
  close(error?: Error): void;
  /** Nothing is expected for now: its silence breaks it no more, and it keeps no program from ending. */
  rest(): void;
  /** It is used again: its silence counts from now on. */
  wake(): void;
};

/** The other side said nothing for too long. */
export class SilentConnection extends Error {
  constructor(milliseconds: number) {
    super(`no answer for ${milliseconds / 1000} s`);
  }
}

export type Target = {
  readonly address: string;
  readonly port: number;
  /** A read or a connection that takes longer breaks it. */
  readonly idleMilliseconds: number;
};

/** What came in and was not read yet; beyond it the other side has to wait. */
const maxWaitingBytes = 512 * 1024;

/** Opens a plain connection. */
export function openPlain({ address, port, idleMilliseconds }: Target): Connection {
  const waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let unsent: Uint8Array[] = [];
  let isOver = false;
  let failure: Error | undefined;
  let reader: { readonly resolve: (bytes?: Uint8Array) => void; readonly reject: (error: Error) => void } | undefined;
  let socket: Bun.Socket | undefined;
  const idle = startTimer(idleMilliseconds, () => finish(new SilentConnection(idleMilliseconds)));

  const answer = () => {
    if (reader === undefined) return;
    const bytes = waiting.shift();
    if (bytes === undefined && !isOver) return;
    const { resolve, reject } = reader;
    reader = undefined;
    if (bytes !== undefined) {
      waitingBytes -= bytes.byteLength;
      if (waitingBytes < maxWaitingBytes) socket?.resume();
      resolve(bytes);
    } else if (failure !== undefined) reject(failure);
    else resolve(undefined);
  };
  const finish = (error?: Error) => {
    if (isOver) return;
    isOver = true;
    failure = error;
    idle.clear();
    socket?.terminate();
    answer();
  };
  const send = () => {
    for (let bytes = unsent.shift(); bytes !== undefined && socket !== undefined; bytes = unsent.shift()) {
      const sent = socket.write(bytes);
      if (sent >= bytes.byteLength) continue;
      unsent = [bytes.subarray(Math.max(0, sent)), ...unsent];
      return;
    }
  };
  const connect = (): Promise<unknown> =>
    Bun.connect({
      hostname: address,
      port,
      socket: {
        open(opened) {
          if (isOver) {
            opened.terminate();
            return;
          }
          socket = opened;
          send();
        },
        drain: send,
        data(from, bytes) {
          idle.refresh();
          waiting.push(bytes);
          waitingBytes += bytes.byteLength;
          if (waitingBytes >= maxWaitingBytes) from.pause();
          answer();
        },
        end: () => finish(),
        close: () => finish(),
        error: (_, error) => finish(error),
      },
    }).catch(async (error: unknown) => {
      // Nothing was sent: a connection that only wanted for a descriptor is tried again, within the limit of silence.
      if (isOver || !isShortOfDescriptors()) return finish(error instanceof Error ? error : new Error(String(error)));
      await sleep(shortMilliseconds);
      if (!isOver) await connect();
    });
  void connect();
  return {
    write(bytes) {
      unsent.push(typeof bytes === "string" ? Buffer.from(bytes) : bytes);
      if (socket !== undefined) send();
    },
    read() {
      return new Promise((resolve, reject) => {
        reader = { resolve, reject };
        answer();
      });
    },
    close: finish,
    rest() {
      idle.clear();
      socket?.unref();
    },
    wake() {
      if (!isOver) idle.refresh();
      socket?.ref();
    },
  };
}

/** How long is waited for a descriptor before a connection is tried again. */
const shortMilliseconds = 200;

/** The runtime says of every failed connection the same. */
function isShortOfDescriptors(): boolean {
  try {
    closeSync(openSync("/dev/null", "r"));
    return false;
  } catch (error) {
    return shortageOf(error) !== undefined;
  }
}

/** Opens a connection whose other side proves to be `name` (RFC 6066 3: an address has no server name). */
export function openTls({ address, port, idleMilliseconds }: Target, name: string): Connection {
  const isName = !/^[\d.]+$|:/.test(name);
  const socket = connectTls({
    host: address,
    port,
    ALPNProtocols: ["http/1.1"],
    ...(isName ? { servername: name } : {}),
  });
  socket.setTimeout(idleMilliseconds, () => {
    socket.destroy(new SilentConnection(idleMilliseconds));
  });
  const chunks = socket[Symbol.asyncIterator]();
  return {
    write: (bytes) => void socket.write(bytes),
    async read() {
      const next: IteratorResult<unknown> = await chunks.next();
      return next.done === true || !(next.value instanceof Uint8Array) ? undefined : next.value;
    },
    close: (error) => void socket.destroy(error),
    rest() {
      socket.setTimeout(0);
      socket.unref();
    },
    wake() {
      socket.setTimeout(idleMilliseconds);
      socket.ref();
    },
  };
}
