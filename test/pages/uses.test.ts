import { expect, test } from "bun:test";
import { incompleteWords, missingOf, usesOf } from "../../src/pages/form/uses.ts";

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

test.each(["plain.csv", 'in "quotes".csv', "back\\slash.csv", 'both \\"\\\\.csv', "it's $HOME.csv"])(
  "curl is given the name of a file as it reads names between quotes: %s",
  (name) => {
    const text = textOf([], [{ href: "vault://1", name, mediaType: "text/csv" }]);
    // What comes behind -F, as the shell gives it to curl.
    const telling = 'curl() { while [ "$1" != -F ]; do shift; done; printf "%s" "$2" >&2; }\n';
    const child = Bun.spawnSync(["sh", "-c", `${telling}${text.split("\nhref=")[0]}`]);
    const [, given = ""] = /^file=@"(.*)";type=text\/csv$/.exec(child.stderr.toString()) ?? [];
    expect(given.replaceAll(/\\(["\\])/g, "$1")).toBe(name);
    expect(given).not.toMatch(/^"|[^\\]"/);
  },
);

test("what a request lacks is said by titles", () => {
  const fields = [
    { id: "table", title: "Table" },
    { id: "n", title: "Count" },
  ];
  expect(incompleteWords(fields, [])).toBeUndefined();
  expect(incompleteWords(fields, ["table"])).toBe("Not complete: Table is missing.");
  expect(incompleteWords(fields, ["table", "n", "x"])).toBe("Not complete: Table, Count, x are missing.");
});
