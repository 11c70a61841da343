import { expect, test } from "bun:test";
import { shellText } from "../../../src/cwl/tool/shell-text.ts";

test("a command line is one line, and a shell reads from it the words that were in it", async () => {
  const words = ["plain", "two words", "it's", "a\nb\tc", "", '$HOME `x` "y"', "ä\\n'\n", "\u001b[1m", "*"];
  const text = shellText(["printf", "%s\\0", ...words]);
  expect(text.split("\n")).toHaveLength(1);
  expect(text).toStartWith("printf '%s\\0' plain 'two words' 'it'\\''s' $'a\\nb\\tc' ''");
  const child = Bun.spawn(["bash", "-c", text], { stdout: "pipe", env: { PATH: "/usr/bin:/bin", LC_ALL: "C.UTF-8" } });
  expect((await new Response(child.stdout).text()).split("\0").slice(0, -1)).toEqual(words);
});
