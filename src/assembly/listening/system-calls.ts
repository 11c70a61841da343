import { dlopen, ptr } from "bun:ffi";
import { endianness } from "node:os";

/** Calls of the operating system that the runtime does not offer, on descriptors that are the runtime's. */
export type SystemCalls = {
  /** Ends a connection: the runtime sees its end, and closes it (shutdown(2)). */
  end(descriptor: number): void;
  /** Sets which events of a descriptor a set of watched ones tells of, and the word that it tells them with (epoll_ctl(2)). */
  watch(set: number, descriptor: number, events: number, word: bigint): boolean;
  /** Sends a datagram to a socket of this machine, whose name is a path, or begins with "@" (unix(7)); tells whether it was taken. */
  sendDatagram(address: string, text: string): boolean;
};

/** What the C library is called on this machine: with glibc, with musl. */
const libraries = ["libc.so.6", "libc.so", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"];
const bothWays = 2;
const modify = 3;
const localFamily = 1;
/** SOCK_DGRAM with SOCK_CLOEXEC: no tool gets it. */
const datagram = 2 | 0o2000000;
/** MSG_NOSIGNAL: a reader that is gone is no reason to end. */
const noSignal = 0x4000;
const abstractMark = 0x40;

/** Finds the calls; undefined where the C library is called otherwise. */
export function findSystemCalls(): SystemCalls | undefined {
  for (const library of libraries) {
    const calls = callsOf(library);
    if (calls !== undefined) return calls;
  }
  return undefined;
}

function callsOf(library: string): SystemCalls | undefined {
  try {
    const { symbols } = dlopen(library, {
      shutdown: { args: ["i32", "i32"], returns: "i32" },
      epoll_ctl: { args: ["i32", "i32", "i32", "ptr"], returns: "i32" },
      socket: { args: ["i32", "i32", "i32"], returns: "i32" },
      sendto: { args: ["i32", "ptr", "u64", "i32", "ptr", "u32"], returns: "i64" },
      close: { args: ["i32"], returns: "i32" },
    });
    return {
      end: (descriptor) => void symbols.shutdown(descriptor, bothWays),
      watch: (set, descriptor, events, word) =>
        symbols.epoll_ctl(set, modify, descriptor, ptr(eventOf(events, word))) === 0,
      sendDatagram(address, text) {
        const descriptor = symbols.socket(localFamily, datagram, 0);
        if (descriptor < 0) return false;
        const [bytes, target] = [Buffer.from(text), localAddress(address)];
        const sent = symbols.sendto(descriptor, ptr(bytes), bytes.length, noSignal, ptr(target), target.length);
        symbols.close(descriptor);
        return Number(sent) === bytes.length;
      },
    };
  } catch {
    // It has another name here.
    return undefined;
  }
}

/** The structure `sockaddr_un`; a name that no file has begins with a zero byte. */
function localAddress(address: string): Uint8Array {
  const name = Buffer.from(address);
  if (name[0] === abstractMark) name[0] = 0;
  const isLittle = endianness() === "LE";
  return Buffer.concat([Buffer.from(isLittle ? [localFamily, 0] : [0, localFamily]), name]);
}

/** The structure `epoll_event`, which is packed on x86-64 only. */
function eventOf(events: number, word: bigint): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  const isLittle = endianness() === "LE";
  view.setUint32(0, events, isLittle);
  view.setBigUint64(process.arch === "x64" ? 4 : 8, word, isLittle);
  return bytes;
}
