import { expect, test } from "bun:test";
import { TrieRouter } from "hono/router/trie-router";
import { createSegmentRouter } from "../../src/http/segment-router.ts";

const routes = [
  ["GET", "/"],
  ["GET", "/jobs"],
  ["GET", "/jobs/:jobId"],
  ["DELETE", "/jobs/:jobId"],
  ["GET", "/jobs/compare"],
  ["GET", "/jobs/:jobId/results/:outputId/*"],
  ["POST", "/processes/:processId{.+}/execution"],
  ["GET", "/_/console/:file"],
] as const;

const asked = [
  ...["/", "", "/jobs", "/jobs/", "/jobs/1", "/jobs/compare", "/jobs/1/results/a/b/c", "/jobs/1/results"],
  ...["/processes/a/b/execution", "/processes", "/_/console/x.js", "/_", "/nothing", "/nothing/1", "//jobs", "jobs"],
  ...["/jobs%2F1", "/constructor", "/__proto__/1", "/job", "/jobsx/1"],
];

test.each(asked)("the parts of the tree find for %s what the whole tree finds", (path) => {
  const [whole, parts] = [new TrieRouter<string>(), createSegmentRouter<string>()];
  for (const [method, route] of routes)
    for (const router of [whole, parts]) router.add(method, route, `${method} ${route}`);
  for (const method of ["GET", "DELETE", "POST", "PUT"]) {
    const plain = (router: typeof parts) => JSON.stringify(router.match(method, path));
    expect(plain(parts)).toBe(plain(whole));
  }
});

test("a route that is added after a request is found", () => {
  const router = createSegmentRouter<number>();
  router.add("GET", "/jobs", 1);
  expect(router.match("GET", "/jobs/7")[0]).toEqual([]);
  router.add("GET", "/jobs/:jobId", 2);
  expect(JSON.parse(JSON.stringify(router.match("GET", "/jobs/7")))).toEqual([[[2, { jobId: "7" }]]]);
});

test.each(["/:any", "/*", "/a{b}", "/a?"])("a route whose first segment is a pattern, %s, is refused", (path) => {
  expect(() => createSegmentRouter<number>().add("GET", path, 1)).toThrow(`found path "${path}"`);
});
