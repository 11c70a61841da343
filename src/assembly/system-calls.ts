import { dlopen, ptr } from "bun:ffi";
import { endianness } from "node:os";

/** Calls of the operating system that the runtime does not offer, on descriptors that are the runtime's. */
export type SystemCalls = {
  /** Ends a connection: the runtime sees its end, and closes it (shutdown(2)). */
  end(descriptor: number): void;
  /** Sets which events of a descriptor a set of watched ones tells of, and the word that it tells them with (epoll_ctl(2)). */
  watch(set: number, descriptor: number, events: number, word: bigint): boolean;
};

/** What the C library is called on this machine: with glibc, with musl. */
const libraries = ["libc.so.6", "libc.so", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"];
const bothWays = 2;
const modify = 3;

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
    });
    return {
      end: (descriptor) => void symbols.shutdown(descriptor, bothWays),
      watch: (set, descriptor, events, word) =>
        symbols.epoll_ctl(set, modify, descriptor, ptr(eventOf(events, word))) === 0,
    };
  } catch {
    // It has another name here.
    return undefined;
  }
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
