import { expect, test } from "bun:test";
import { refusedExecution } from "../../../src/domain/people/wanted-key.ts";
import { address, jsonOf, openService, type Service } from "../service.ts";

const browser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8", origin: address };
const words = "The last run was refused";

async function openBoth() {
  const stack = new AsyncDisposableStack();
  const other = stack.use(await openService({ holdsJobs: true }));
  const lab = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: (request) => other.app.fetch(request) });
  stack.defer(() => lab.stop(true));
  const service = stack.use(await openService({ door: { isLoopback: false }, holdsJobs: true }));
  const [admin, runner] = [await service.createKey("admin", "ada"), await service.createKey("runner", "rob")];
  for (const id of ["lab", "calm"]) {
    const body = { id, url: `http://127.0.0.1:${lab.port}`, public: true };
    expect((await service.send("POST", "/providers", { key: admin, body })).status).toBe(201);
  }
  const held = stack.move();
  return { service, admin, runner, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

async function runThere({ service, runner }: { service: Service; runner: string }, failure?: string): Promise<void> {
  const headers = { prefer: "respond-async" };
  const path = "/providers/lab/processes/echo/execution";
  const sent = await service.send("POST", path, { key: runner, headers, body: { inputs: { text: "x" } } });
  const id = (sent.headers.get("location") ?? "").split("/jobs/")[1] ?? "";
  service.clock.advance(1000);
  await service.finish(id, failure === undefined ? {} : { failure: { message: failure } });
  service.clock.advance(1000);
}

test("after a run that was refused for want of a key, the provider and the forms of its processes say so until a run succeeds or the key changes", async () => {
  await using both = await openBoth();
  const { service, admin, runner } = both;
  const pageOf = async (path: string, key: string) =>
    (await service.send("GET", `${path}?f=html`, { key, headers: browser })).text();
  const paths = ["/providers/lab", "/providers/lab/processes/echo"];
  const isTold = async () => {
    const told = await Promise.all(paths.map(async (path) => (await pageOf(path, runner)).includes(words)));
    const { refusedForKey } = await jsonOf(await service.send("GET", "/providers/lab", { key: runner }));
    const list = await pageOf("/providers", runner);
    return [...told, refusedForKey !== undefined, list.includes("the last run was refused: it asks for a key")];
  };
  const [all, none] = [
    [true, true, true, true],
    [false, false, false, false],
  ];
  expect(await isTold()).toEqual(none);
  for (const status of [401, 403]) {
    await runThere(both, refusedExecution("no", status));
    expect(await isTold()).toEqual(all);
    await runThere(both);
    expect(await isTold()).toEqual(none);
  }
  // What failed in another way tells nothing of the key.
  await runThere(both, refusedExecution("no", 500));
  expect(await isTold()).toEqual(none);
  await runThere(both, refusedExecution("no", 401));
  await runThere(both, "the tool failed");
  expect(await isTold()).toEqual(all);
  expect(await pageOf("/providers/calm", runner)).not.toContain(words);
  expect(await pageOf("/providers/lab", runner)).toContain("Ask the operator of this service to give it one");
  expect(await pageOf("/providers/lab", runner)).not.toContain("notice-good");
  expect(await pageOf("/providers/lab", admin)).toContain('<a href="#sign-in">Give it a key</a>');
  expect(await pageOf("/providers/lab/processes/echo", admin)).toContain(
    `<a href="${address}/providers/lab?f=html#sign-in">Give it a key</a>`,
  );
  const given = await service.send("POST", "/providers/lab/sign-in-form", {
    key: admin,
    headers: { ...browser, "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ secret: "another", confirmed: "true" }).toString(),
  });
  expect(given.status).toBe(303);
  expect(await isTold()).toEqual(none);
});
