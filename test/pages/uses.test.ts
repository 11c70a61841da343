import { expect, test } from "bun:test";
import { missingOf, usesOf } from "../../src/pages/form/uses.ts";

const target = { baseUrl: "http://server", name: "p", needsKey: false };
const textOf = (missing: readonly string[], files: Parameters<typeof usesOf>[0]["files"] = []) => {
  const request = { inputs: { a: { href: "vault://1" } } };
  return usesOf({ ...target, request, files, missing }).find(({ title }) => title === "curl")?.text ?? "";
};

test("a required input that is missing is named in a comment, which nothing leaves", () => {
  const fields = [
    { id: "a", isRequired: true },
    { id: "b", isRequired: true },
    { id: "c", isRequired: false },
  ];
  expect(missingOf(fields, { inputs: { a: 1 } })).toEqual(["b"]);
  expect(textOf(["b"])).toStartWith("# Required and not filled in yet: b\n");
  expect(textOf(["b\nrm x"])).toStartWith("# Required and not filled in yet: b_rm_x\n");
  expect(textOf([])).toStartWith("curl");
});

test("a shell executes nothing after an upload that was refused, says why and stays open", async () => {
  const text = textOf([], [{ href: "vault://1", name: "f.csv" }]);
  const refusing = "curl() { echo curl >&2; printf '%s' '{\"detail\":\"too large\"}'; }\n";
  const child = Bun.spawnSync(["sh", "-c", `${refusing}${text}\necho still here`]);
  expect([child.stdout.toString(), child.stderr.toString()]).toEqual([
    "still here\n",
    'curl\n{"detail":"too large"}\n',
  ]);
});
