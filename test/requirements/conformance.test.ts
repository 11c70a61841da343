import { expect, test } from "bun:test";
import { join } from "node:path";
import { conformance, explained } from "../../src/domain/processes/conformance.ts";

/** The requirements that have a test, as the files here declare them. */
async function provedRequirements(): Promise<ReadonlySet<string>> {
  const proved = new Set<string>();
  for await (const file of new Bun.Glob("*.test.ts").scan({ cwd: import.meta.dir })) {
    const text = await Bun.file(join(import.meta.dir, file)).text();
    for (const [, name = ""] of text.matchAll(/"((?:[12]\.0|Part 2|Common) \/req\/[^"]+)"/g)) proved.add(name);
  }
  return proved;
}

test("a class is declared only when each of its requirements has a test", async () => {
  const proved = await provedRequirements();
  const missing = conformance.flatMap(({ version, requirements }) =>
    requirements.filter((id) => !proved.has(`${version} ${id}`) && !(`${version} ${id}` in explained)),
  );
  expect(missing).toEqual([]);
});

test("at most five requirements are explained instead of proved, each of them a declared one", () => {
  const declared = conformance.flatMap(({ version, requirements }) => requirements.map((id) => `${version} ${id}`));
  expect(Object.keys(explained).length).toBeLessThanOrEqual(5);
  for (const name of Object.keys(explained)) expect(declared).toContain(name);
});

test("each test proves a requirement of a declared class", async () => {
  const declared = new Set(
    conformance.flatMap(({ version, requirements }) => requirements.map((id) => `${version} ${id}`)),
  );
  expect([...(await provedRequirements())].filter((id) => !declared.has(id))).toEqual([]);
});
