import { expect, test } from "bun:test";
import { Said } from "../../../src/pages/shared/said.tsx";

test.each([
  ["https://www.apache.org/licenses/LICENSE-2.0", "Apache-2.0"],
  ["http://www.apache.org/licenses/LICENSE-2.0.txt", "Apache-2.0"],
  ["https://spdx.org/licenses/Apache-2.0.html", "Apache-2.0"],
  ["https://spdx.org/licenses/MIT", "MIT"],
  ["https://opensource.org/licenses/BSD-3-Clause", "BSD-3-Clause"],
  ["https://opensource.org/license/mit/", "https://opensource.org/license/mit/"],
  ["https://www.gnu.org/licenses/gpl-3.0.en.html", "GPL-3.0"],
  ["https://www.gnu.org/licenses/old-licenses/lgpl-2.1.html", "LGPL-2.1"],
  ["https://creativecommons.org/licenses/by-sa/4.0/", "CC-BY-SA-4.0"],
  ["https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"],
  ["https://www.mozilla.org/en-US/MPL/2.0/", "MPL-2.0"],
  ["https://example.org/texts/EUPL-1.2", "EUPL-1.2"],
  ["https://example.org/LICENSE-2.0", "https://example.org/LICENSE-2.0"],
  ["https://example.org/", "https://example.org/"],
])("the licence at %s is called %s, and leads there", (href, name) => {
  for (const title of ["License", href]) {
    const html = String(<Said metadata={[{ role: "license", href, title }]} />);
    expect(html).toContain(`licence <a href="${href}" rel="nofollow">${name}</a>`);
  }
  expect(String(<Said metadata={[{ role: "license", href, title: "Ours" }]} />)).toContain(">Ours</a>");
});
