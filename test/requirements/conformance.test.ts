import { expect, test } from "bun:test";
import { join } from "node:path";
import { conformance } from "../../src/domain/conformance.ts";

/** The requirements that have a test, as the files here declare them. */
async function provedRequirements(): Promise<ReadonlySet<string>> {
  const proved = new Set<string>();
  for await (const file of new Bun.Glob("*.test.ts").scan({ cwd: import.meta.dir })) {
    const text = await Bun.file(join(import.meta.dir, file)).text();
    for (const [, version, id] of text.matchAll(/requirement\(\s*"([\d.]+)",\s*"([^"]+)"/g))
      proved.add(`${version} ${id}`);
  }
  return proved;
}

test("a class is declared only when each of its requirements has a test", async () => {
  const proved = await provedRequirements();
  const missing = conformance.flatMap(({ version, requirements }) =>
    requirements.filter((id) => !proved.has(`${version} ${id}`)),
  );
  expect(missing).toEqual([]);
});

test("each test proves a requirement of a declared class", async () => {
  const declared = new Set(
    conformance.flatMap(({ version, requirements }) => requirements.map((id) => `${version} ${id}`)),
  );
  expect([...(await provedRequirements())].filter((id) => !declared.has(id))).toEqual([]);
});
