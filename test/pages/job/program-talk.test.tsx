import { expect, test } from "bun:test";
import { talkWords } from "../../../src/domain/jobs/program-talk.ts";
import { Told } from "../../../src/pages/job/program-talk.tsx";

test("a warning is one sentence, and what a program wrote for it is folded up as text", () => {
  const html = String(
    <Told text={`x: podman does not work ${talkWords("Error: <runc> (1)")}, wanted one that does`} />,
  );
  expect(html).toStartWith("x: podman does not work, wanted one that does ");
  expect(html).toContain(
    '<details><summary>What the program said</summary><pre class="code">Error: &lt;runc&gt; (1)</pre></details>',
  );
  expect(String(<Told text="Cannot x: found y" />)).not.toContain("<details>");
});
