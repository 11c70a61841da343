import { expect, test } from "bun:test";
import { createKey } from "../../../src/operations/people/manage-keys.ts";
import { jsonOf, openService, type Service } from "../service.ts";

type Listed = { readonly method: string; readonly path: string; readonly isRefused: boolean };

/** What a request needs to come to the question of who asks. */
const bodyFor: Readonly<Record<string, object>> = {
  "DELETE /jobs": { jobs: ["none"] },
  "POST /_/keys": { user: "ben", role: "viewer" },
  "POST /jobs/{jobId}/retry": {},
  POST: { inputs: { text: "a" } },
  PUT: {},
  PATCH: {},
};

/** What the page lists before what only pages ask for, in its order. */
async function listed(service: Service, key?: string): Promise<readonly Listed[]> {
  const page = await (await service.send("GET", "/api.html", key === undefined ? {} : { key })).text();
  const [before = ""] = page.split('id="pages"');
  return [...before.matchAll(/<li><code>(\w+) ([^<]+)<\/code>(.*?)<\/li>/gs)].map(
    ([, method = "", path = "", rest = ""]) => ({
      method,
      path,
      isRefused: rest.includes("you may not use it"),
    }),
  );
}

test.each(["viewer", "runner", "deployer", "admin"] as const)(
  "the page of the API marks for a %s what the service refuses, and nothing else",
  async (role) => {
    await using service = await openService({ holdsJobs: true });
    const key = await service.createKey(role, "ann");
    const wrong: string[] = [];
    let refused = 0;
    const operations = await listed(service, key);
    for (const { method, path, isRefused } of operations) {
      const asked = path
        .replace("{processId}", "echo")
        .replace("{path}", "x")
        .replaceAll(/\{\w+\}/g, "none");
      // What never ends by itself is not asked.
      if (asked.endsWith("events")) continue;
      const bodies = [[`${method} ${path}`], [method]].flatMap(([name = ""]) => bodyFor[name] ?? []);
      const headers = { prefer: "respond-async" };
      const response = await service.send(method, asked, {
        key,
        headers,
        ...(bodies[0] === undefined ? {} : { body: bodies[0] }),
      });
      const text = response.status === 403 ? await response.text() : "";
      if (response.status === 403) refused += 1;
      const isForbidden = text.includes("found role");
      // What is not there, or is asked wrongly, is told before who may do something with it.
      if (isForbidden ? !isRefused : isRefused && ![400, 404, 412].includes(response.status))
        wrong.push(`${method} ${path}: ${response.status} ${text}`);
    }
    expect(operations.length).toBeGreaterThan(40);
    expect(refused).toBeGreaterThanOrEqual({ viewer: 20, runner: 10, deployer: 8, admin: 0 }[role]);
    expect(wrong).toEqual([]);
  },
);

test("processes come first, those that the reader may run before all, then jobs, then the rest", async () => {
  await using service = await openService();
  const { text: key } = await createKey(service.keys, { user: "rita", role: "runner", processes: ["echo"] });
  const paths = (await listed(service, key)).map(({ path }) => path);
  expect(paths[0]).toBe("/processes/echo/execution");
  const placeOf = (path: string) => paths.indexOf(path);
  const places = ["/processes", "/jobs", "/_/audit"].map(placeOf);
  expect(places).toEqual(places.toSorted((one, other) => one - other));
  expect(placeOf("/jobs")).toBeLessThan(placeOf("/"));
  const other = (await createKey(service.keys, { user: "rita", role: "runner", processes: ["x"] })).text;
  expect((await listed(service, other))[0]?.path).not.toBe("/processes/echo/execution");
  // A stranger may sign in as somebody who may.
  expect((await listed(service)).filter(({ isRefused }) => isRefused)).toEqual([]);
  const document = await jsonOf(await service.send("GET", "/api"));
  expect(Object.keys(document.paths ?? {})[0]).toBe("/processes/echo/execution");
  expect(document.tags).toMatchObject([{ name: "processes" }, { name: "jobs" }, {}, {}, {}, { name: "pages" }]);
});
