import { expect } from "bun:test";
import * as v from "valibot";
import { deployCwl } from "../support/jobs.ts";
import { absent, ignoresQuery, member, on, status, withBody } from "./faults.ts";
import { requirement } from "./requirement.ts";
import { address, document, get, useService } from "./service.ts";

useService();

const ListSchema = v.looseObject({ processes: v.array(v.looseObject({ id: v.string() })) });

async function processCount(query: string): Promise<number> {
  return v.parse(ListSchema, await document(await get(`/processes?${query}`), 200)).processes.length;
}

function echo(query: string): Promise<Response> {
  return get(`/processes/echo/execution?text=&${query}`, { accept: "application/json" });
}

async function echoed(query: string) {
  return document(await echo(query), 200);
}

/** Gives what a tool got as the items of its input, one a line. */
async function words(query: string): Promise<string> {
  const id = `words-${Bun.randomUUIDv7()}`;
  await deployCwl(address(), id, {
    cwlVersion: "v1.2",
    class: "CommandLineTool",
    baseCommand: ["printf", "%s\\n"],
    inputs: { words: { type: "string[]", inputBinding: {} } },
    outputs: { said: "stdout" },
    stdout: "said.txt",
  });
  return (await get(`/processes/${id}/execution?words=${query}`)).text();
}

requirement(
  ["Common /req/json/content"],
  [on("GET /", member("/links/*/href")), on("GET /conformance", member("/conformsTo"))],
  async () => {
    await document(await get("/"), 200, "LandingPage");
    await document(await get("/conformance"), 200, "ConformanceClasses");
  },
);

// An unknown name is ignored (/per/core/query-param-name-tolerance), except where every name means something.
requirement(
  ["Common /req/core/query-param-name-unknown"],
  [on("GET /processes", status(400)), on("GET /processes/*/execution", ignoresQuery("other"))],
  async () => {
    expect(await processCount("unrelated=1")).toBeGreaterThan(0);
    expect((await echo("other=1")).status).toBe(400);
  },
);

requirement(
  ["Common /req/core/query-param-value-invalid"],
  [
    on("GET /processes", ignoresQuery("limit")),
    on("GET /jobs", ignoresQuery("status")),
    on("GET /", ignoresQuery("f")),
  ],
  async () => {
    for (const path of ["/processes?limit=x", "/jobs?status=lost", "/?f=pdf"])
      expect((await get(path)).status).toBe(400);
  },
);

requirement(
  ["Common /req/core/query-param-capitalization"],
  [on("GET /processes", member("/processes/1")), on("GET /jobs", ignoresQuery("status"))],
  async () => {
    expect(await processCount("LIMIT=1")).toBeGreaterThan(1);
    expect((await get("/jobs?status=SUCCESSFUL")).status).toBe(400);
  },
);

requirement(
  ["Common /req/core/query-param-list-delimiter"],
  [on("GET /processes/*/execution", member("/array", "1,2,3"))],
  async () => {
    expect(await echoed("array=1,2,3")).toMatchObject({ array: [1, 2, 3] });
  },
);

requirement(
  ["Common /req/core/query-param-list-escape"],
  [on("GET /processes/*/execution", withBody("a\nb\nc d\n"))],
  async () => {
    expect(await words("a%2Cb,c%20d")).toBe("a,b\nc d\n");
  },
);

requirement(
  ["Common /req/core/query-param-list-empty"],
  [on("GET /processes/*/execution", withBody("a\nb\n"))],
  async () => {
    expect(await words("a,,b")).toBe("a\n\nb\n");
  },
);

requirement(
  ["Common /req/core/query-param-value-boolean"],
  [on("GET /processes/*/execution", member("/flag", "true")), on("GET /processes/*/execution", status(200))],
  async () => {
    expect(await echoed("flag=true")).toMatchObject({ flag: true });
    expect(await echoed("flag=false")).toMatchObject({ flag: false });
    expect((await echo("flag=TRUE")).status).toBe(400);
  },
);

requirement(
  ["Common /req/core/query-param-value-integer"],
  [on("GET /processes/*/execution", member("/integer", "7")), on("GET /processes/*/execution", status(200))],
  async () => {
    expect(await echoed("integer=-7")).toMatchObject({ integer: -7 });
    expect((await echo("integer=7.5")).status).toBe(400);
  },
);

requirement(
  ["Common /req/core/query-param-value-decimal"],
  [on("GET /processes/*/execution", member("/number", "12.50"))],
  async () => {
    expect(await echoed("number=12.50")).toMatchObject({ number: 12.5 });
  },
);

requirement(
  ["Common /req/core/query-param-value-double"],
  [on("GET /processes/*/execution", absent), on("GET /processes/*/execution", member("/number", "-1.5e3"))],
  async () => {
    expect(await echoed("number=-1.5e3")).toMatchObject({ number: -1500 });
  },
);
