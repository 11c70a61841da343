import { describe, expect, test } from "bun:test";
import { jsonOf, openService } from "../service.ts";

describe("a request may say more than is known here", () => {
  const taken: readonly unknown[] = [
    { inputs: { text: "a" }, title: "A try", $schema: "https://example.org/execute.yaml", tags: ["one", "two"] },
    { inputs: { text: "a", number: null, bbox: null, choice: { value: null } } },
    { inputs: { text: { href: "data:,a", format: { mediaType: "text/plain" } } } },
    { inputs: { text: { href: "data:,a", mediaType: "text/plain", rel: "data", extra: 1 } } },
    { inputs: { text: "a", array: [] } },
    {
      inputs: [
        { id: "text", value: "a" },
        { id: "number", value: null },
      ],
    },
  ];
  for (const body of taken) {
    test(JSON.stringify(body), async () => {
      await using service = await openService({ holdsJobs: true });
      const response = await service.send("POST", "/processes/echo/execution", {
        body,
        headers: { prefer: "respond-async" },
      });
      expect([response.status, await response.text()]).toEqual([201, expect.any(String)]);
    });
  }

  test("what was left out is named in the status, and tags go with the job", async () => {
    await using service = await openService({ holdsJobs: true });
    const body = { inputs: { text: { value: "a", colour: 1 } }, colour: "red", tags: ["mine"] };
    const headers = { prefer: "respond-async" };
    const { jobID } = await jsonOf(await service.send("POST", "/processes/echo/execution", { body, headers }));
    const status = await jsonOf(await service.send("GET", `/jobs/${jobID}`));
    expect(status.warnings).toEqual([
      expect.stringContaining("/colour"),
      expect.stringContaining("/inputs/text/colour"),
    ]);
    expect(status.tags).toContain("mine");
    const { jobs } = await jsonOf(await service.send("GET", "/jobs?tags=mine"));
    expect(jobs).toMatchObject([{ jobID }]);
  });

  for (const [pointer, body] of [
    ["/outptus", { inputs: { text: "a" }, outptus: {} }],
    ["/input", { input: { text: "a" }, inputs: { text: "a" } }],
    ["/inputs/txt", { inputs: { text: "a", txt: 1 } }],
    ["/inputs/text/mediatype", { inputs: { text: { value: "a", mediatype: "text/plain" } } }],
    ["/outputs/text/transmisionmode", { inputs: { text: "a" }, outputs: { text: { transmisionmode: "value" } } }],
    ["/inputs/text", { inputs: { text: null } }],
  ] as const) {
    test(`a misspelt name is told: ${pointer}`, async () => {
      await using service = await openService();
      const response = await service.send("POST", "/processes/echo/execution", { body });
      expect(response.status).toBe(400);
      expect((await jsonOf(response)).errors).toContainEqual(expect.objectContaining({ pointer }));
    });
  }
});

describe("lists", () => {
  /** What Weaver's client sends, and what other clients and testers add. */
  const passing = [
    "/jobs?detail=true&groups=true",
    "/jobs?page=0&limit=10",
    "/jobs?page=3&limit=1000&status=running&detail=true",
    "/jobs?process=echo&tags=one&sort=created",
    "/jobs?service=none&processID=echo",
    "/jobs?profile=ogc&schema=OGC&links=false&f=json&_=1",
    "/processes?detail=false&providers=false&links=true&schema=OGC",
    "/processes?page=0&limit=5&_=2",
    "/providers?detail=true&check=false",
    "/processes?visibility=public&revisions=false&sort=id",
  ];
  for (const path of passing) {
    test(path, async () => {
      await using service = await openService();
      const response = await service.send("GET", path);
      expect([response.status, await response.text()]).toEqual([200, expect.any(String)]);
    });
  }

  for (const [path, meant] of [
    ["/jobs?processId=echo", "processID"],
    ["/jobs?proces=echo", "process"],
    ["/jobs?tag=one", "tags"],
    ["/jobs?statu=failed", "status"],
    ["/jobs?state=failed", "status"],
    ["/jobs?min_duration=1", "minDuration"],
    ["/jobs?date_time=2026", "datetime"],
    ["/jobs?since=2026-01-01", "datetime"],
    ["/jobs?owner=me", "one of"],
    ["/jobs?page=-1", "whole number"],
    ["/jobs?page=1000000", "before it"],
    ["/processes/echo/jobs?stauts=failed", "status"],
    ["/jobs?visibility=private", "one of"],
    ["/processes?visibility=hidden", "public or private"],
    ["/processes?visiblity=public", "visibility"],
    ["/processes?revisions=true", "one of"],
    ["/processes?filter=echo", '"q"'],
    ["/processes?keywords=a", "keyword"],
    ["/processes?sortby=size", "one of id, title, updated"],
    ["/processes?sortby=id,title", "one of"],
    ["/processes?statistics=yes", "true or false"],
    ["/processes?provider=", "one name"],
    ["/processes?q=echo&after=nowhere", "a link of a list"],
    ["/processes?offset=10", "after"],
    ["/providers?visibility=public", "no filter"],
    ["/providers?owner=me", "no filter"],
  ] as const) {
    test(`${path} is refused`, async () => {
      await using service = await openService();
      const response = await service.send("GET", path);
      expect(response.status).toBe(400);
      expect((await jsonOf(response)).detail).toContain(meant);
    });
  }

  test("pages are counted from 0, and process means processID", async () => {
    await using service = await openService({ holdsJobs: true });
    const ids: unknown[] = [];
    for (const text of ["a", "b", "c"]) {
      const sent = { body: { inputs: { text } }, headers: { prefer: "respond-async" } };
      ids.unshift((await jsonOf(await service.send("POST", "/processes/echo/execution", sent))).jobID);
    }
    const listed = async (query: string) => {
      const { jobs } = await jsonOf(await service.send("GET", `/jobs?${query}`));
      return Array.isArray(jobs) ? jobs.map((job) => job.jobID) : [];
    };
    expect(await listed("page=0&limit=2")).toEqual(ids.slice(0, 2));
    expect(await listed("page=1&limit=2")).toEqual(ids.slice(2));
    expect(await listed("page=2&limit=2")).toEqual([]);
    expect(await listed("process=echo")).toEqual(ids);
    expect(await listed("process=other")).toEqual([]);
  });
});
