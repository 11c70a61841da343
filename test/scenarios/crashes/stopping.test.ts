import { expect, test } from "bun:test";
import { connect } from "node:net";
import { join } from "node:path";
import { deployCwl, submit, until, untilFinished } from "../../support/jobs.ts";
import { shellTool, untilThere } from "../../support/packages/shell-tool.ts";
import { startServer } from "../../support/servers/executable.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

/** Opens a request whose body does not come: while it is open a server that stops drains. */
async function openRequest(url: string): Promise<Disposable> {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {});
  await new Promise<void>((resolve) => socket.on("connect", () => resolve()));
  const head = `POST /processes/echo/execution HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`;
  await new Promise<void>((resolve) => socket.write(head, () => resolve()));
  return { [Symbol.dispose]: () => socket.destroy() };
}

const patient = `echo x >>"$LEDGER"; ${untilThere()}; echo done >>"$LEDGER.end"`;

test("after SIGTERM no waiting job starts any more, though a slot becomes free; the next start goes on with it", async () => {
  await using folder = await temporaryDirectory();
  const [data, first, second] = ["data", "first", "second"].map((name) => join(folder.path, name));
  await using before = await startServer(data ?? "", ["--slots", "1", "--drain-seconds", "3600"]);
  await deployCwl(before.url, "tool", shellTool(patient));
  const running = await submit(before.url, "tool", { ledger: first });
  await until("the first tool runs", () => Bun.file(first ?? "").exists());
  const waiting = await submit(before.url, "tool", { ledger: second });
  // What a built-in job needs no slot for would be claimed at once.
  const open = await openRequest(before.url);
  const ended = before.stop("SIGTERM");
  await until("it takes no connection any more", () =>
    fetch(before.url).then(
      () => false,
      () => true,
    ),
  );
  await Bun.write(`${first}.go`, "");
  await until("the first tool has ended", () => Bun.file(`${first}.end`).exists());
  // The runner looks for work at each end, and every second.
  await Bun.sleep(1500);
  expect(await Bun.file(second ?? "").exists()).toBe(false);
  open[Symbol.dispose]();
  expect(await ended).toBe(0);
  expect(await Bun.file(second ?? "").exists()).toBe(false);

  await Bun.write(`${second}.go`, "");
  await using after = await startServer(data ?? "");
  for (const job of [running, waiting]) {
    expect((await untilFinished(after.url, job)).at(-1)).toMatchObject({ status: "successful", attempt: 1 });
  }
  expect(await Bun.file(first ?? "").text()).toBe("x\n");
  expect(await Bun.file(second ?? "").text()).toBe("x\n");
}, 30_000);

test("a request that never ends keeps the server from its end for the drain time at most", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(folder.path, ["--drain-seconds", "1"]);
  using _open = await openRequest(server.url);
  // It would wait for ever otherwise, and this test with it.
  expect(await server.stop("SIGTERM")).toBe(0);
});
