import { describe, expect, test } from "bun:test";
import { onAbort } from "../../../src/domain/waiting/on-abort.ts";

describe("what is done when a signal is aborted", () => {
  test("is done then, and once", () => {
    const controller = new AbortController();
    let count = 0;
    using _one = onAbort(controller.signal, () => {
      count += 1;
    });
    expect(count).toBe(0);
    controller.abort();
    controller.abort();
    expect(count).toBe(1);
  });

  test("is done at once where it is aborted already", () => {
    let count = 0;
    using _one = onAbort(AbortSignal.abort(), () => {
      count += 1;
    });
    expect(count).toBe(1);
  });

  test("is not done after disposal, nor without a signal", () => {
    const controller = new AbortController();
    const fail = () => expect.unreachable();
    onAbort(controller.signal, fail)[Symbol.dispose]();
    onAbort(undefined, fail)[Symbol.dispose]();
    controller.abort();
  });
});
