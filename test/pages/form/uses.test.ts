import { expect, test } from "bun:test";
import { join } from "node:path";
import { withoutMadeUp, withRequiredFiles } from "../../../src/pages/form/uses/used-files.ts";
import { incompleteWords, missingOf, usesOf } from "../../../src/pages/form/uses.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

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
  await using folder = await temporaryDirectory();
  await Bun.write(join(folder.path, "f.csv"), "x");
  const text = textOf([], [{ href: "vault://1", name: "f.csv" }]);
  const refusing = "curl() { echo curl >&2; printf '%s' '{\"detail\":\"too large\"}'; }\n";
  const child = Bun.spawnSync(["sh", "-c", `${refusing}${text}\necho still here`], { cwd: folder.path });
  expect([child.stdout.toString(), child.stderr.toString()]).toEqual([
    "still here\n",
    'curl\n{"detail":"too large"}\n',
  ]);
});

test("a shell names a file that is missing, and asks the server nothing", async () => {
  await using folder = await temporaryDirectory();
  const text = textOf([], [{ href: "vault://1", name: "it's $HOME.csv" }]);
  const child = Bun.spawnSync(["sh", "-c", `curl() { echo asked >&2; }\n${text}\necho still here`], {
    cwd: folder.path,
  });
  expect([child.stdout.toString(), child.stderr.toString()]).toEqual([
    "still here\n",
    "Cannot read the file it's $HOME.csv: put it here first\n",
  ]);
});

test("where a key is needed, each text that sends one says first how to set it", () => {
  const uses = usesOf({ ...target, needsKey: true, request: { inputs: {} }, files: [] });
  for (const title of ["curl", "Python (requests)", "Python (OWSLib)", "R (httr2)"]) {
    expect(uses.find((one) => one.title === title)?.text).toContain(
      "# Set your key first: export HEDDLE_KEY=YOUR-KEY\n",
    );
  }
});

test.each(["plain.csv", 'in "quotes".csv', "back\\slash.csv", 'both \\"\\\\.csv', "it's $HOME.csv"])(
  "curl is given the name of a file as it reads names between quotes: %s",
  async (name) => {
    await using folder = await temporaryDirectory();
    await Bun.write(join(folder.path, name), "x");
    const text = textOf([], [{ href: "vault://1", name, mediaType: "text/csv" }]);
    // What comes behind -F, as the shell gives it to curl.
    const telling = 'curl() { while [ "$1" != -F ]; do shift; done; printf "%s" "$2" >&2; }\n';
    const child = Bun.spawnSync(["sh", "-c", `${telling}${text.split("\nhref=")[0]}`], { cwd: folder.path });
    const [, given = ""] = /^file=@"(.*)";type=text\/csv$/.exec(child.stderr.toString()) ?? [];
    expect(given.replaceAll(/\\(["\\])/g, "$1")).toBe(name);
    expect(given).not.toMatch(/^"|[^\\]"/);
  },
);

test("files of an example that were made up give way to names of one's own files, one for each input", () => {
  const made = { href: "data:text/csv,a", type: "text/csv" };
  const own = { href: "data:text/csv,b", type: "text/csv" };
  const inputs = { observations: made, other: [made], inside: { "a b;c": made }, given: own, n: 1 };
  const { request, files } = withoutMadeUp({ inputs, title: "t" }, (href) => href === made.href);
  expect(files.map(({ name }) => name)).toEqual(["observations.csv", "other.csv", "inside.csv"]);
  const at = (name: string) => ({ href: `https://example.org/put-your-own/${name}`, type: "text/csv" });
  expect(request).toEqual({
    title: "t",
    inputs: {
      ...{ observations: at("observations.csv"), other: [at("other.csv")] },
      ...{ inside: { "a b;c": at("inside.csv") }, given: own, n: 1 },
    },
  });
});

test.each([
  ["observations", "text/csv", "observations.csv"],
  ["table.csv", "text/csv", "table.csv"],
  ["a $(rm) 'b'", "image/tiff", "a___rm___b_.tif"],
  ["folder", "application/vnd.heddle.directory", "folder"],
  ["..", "", "file.dat"],
])("a required file that is missing has a name to put a file by: %s", (id, type, name) => {
  const shape = { kind: "file", mediaTypes: type === "" ? [] : [type], takesText: false } as const;
  const { request, files } = withRequiredFiles([{ id, isRequired: true, shape }], { inputs: { n: 1 } });
  expect(files.map((file) => file.name.startsWith(name))).toEqual([true]);
  expect(missingOf([{ id, isRequired: true }], request)).toEqual([]);
  expect(withRequiredFiles([{ id, isRequired: false, shape }], {}).files).toEqual([]);
});

test("a text says that one puts a file there, and names no content", () => {
  const { request, files } = withoutMadeUp({ inputs: { a: { href: "data:text/csv,x" } } }, () => true);
  for (const { title, text } of usesOf({ ...target, request, files })) {
    if (["JSON", "QGIS (WPS)"].includes(title)) continue;
    expect(text).toContain("a.csv is the name of your own file: put your file here");
  }
});

test("what a request lacks is said by titles", () => {
  const fields = [
    { id: "table", title: "Table" },
    { id: "n", title: "Count" },
  ];
  expect(incompleteWords(fields, [])).toBeUndefined();
  expect(incompleteWords(fields, ["table"])).toBe("Not complete: Table is missing.");
  expect(incompleteWords(fields, ["table", "n", "x"])).toBe("Not complete: Table, Count, x are missing.");
});
