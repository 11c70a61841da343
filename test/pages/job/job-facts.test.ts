import { expect, test } from "bun:test";
import { statisticsPage } from "../../../src/pages/job/statistics.tsx";
import { provenancePage } from "../../../src/pages/provenance/provenance.tsx";
import { frame, plainTables } from "../frame.ts";

const jobUrl = "http://server/base/jobs/j1";

test("statistics have units, and the exact numbers behind them", () => {
  const steps = [
    { step: "<clean>", tools: 2, cpuSeconds: 75, peakMemoryBytes: 3_400_000, exitCode: 0 },
    { step: "main", tools: 1, cpuSeconds: 0.05, exitCode: 3 },
  ];
  const html = plainTables(
    statisticsPage(jobUrl, { isAllCached: false }).render(frame, {
      attempts: 2,
      waitingSeconds: 40,
      runningSeconds: 2.25,
      links: [],
      steps,
    }),
  );
  expect(html).toContain('<th scope="row">Waited</th><td title="40 seconds">40 s</td>');
  expect(html).toContain('<th scope="row">Ran</th><td title="2.25 seconds">2.3 s</td>');
  expect(html).toContain('<th scope="row">&lt;clean&gt;</th><td>2</td><td>1 min 15 s</td>');
  expect(html).toContain('<data value="3400000" title="3400000 bytes">3.4 MB</data>');
  expect(html).toContain("<td>50 ms</td>");
  expect(html).toContain("too short to measure");
});

test("provenance is a table of what came from what, with the formats for programs beside it", () => {
  const html = provenancePage({ jobUrl, parts: { run: "The steps" } }).render(frame, {
    prefix: {},
    activity: {
      "job:activity-1": { "prov:label": "main", "prov:startTime": "2026-01-02T03:04:05.000Z" },
      "job:activity-2": { "prov:label": "other" },
    },
    entity: {
      "job:entity-1": {
        "prov:label": "<dem>.tif",
        "prov:atLocation": "https://a.example/dem.tif",
        "heddle:size": 2000,
      },
      "job:entity-2": { "prov:label": "slope", "prov:value": "1.5" },
      "job:entity-3": { "prov:label": "evil", "prov:atLocation": "javascript:alert(1)" },
    },
    agent: { "job:agent-1": { "prov:label": "executor local", "heddle:executor": "local" } },
    used: {
      "_:used1": { "prov:activity": "job:activity-1", "prov:entity": "job:entity-1", "prov:role": "dem" },
      "_:used2": { "prov:activity": "job:activity-2", "prov:entity": "job:entity-3" },
    },
    wasGeneratedBy: { "_:g1": { "prov:activity": "job:activity-1", "prov:entity": "job:entity-2" } },
    wasAssociatedWith: {
      "_:a1": { "prov:activity": "job:activity-1", "prov:agent": "job:agent-1", "prov:role": "executor" },
    },
  });
  expect(html).toContain('dem: <a href="https://a.example/dem.tif">&lt;dem&gt;.tif</a>');
  expect(html).toContain('<data value="2000" title="2000 bytes">2.0 kB</data>');
  expect(html).toContain("<li>slope = 1.5</li>");
  expect(html).toContain("<li>run by the executor &quot;local&quot;</li>");
  expect(html).toMatch(/<th [^>]*scope="row">the tool/);
  expect(html).not.toContain('href="javascript:');
  expect(html).toContain(`<a href="${jobUrl}/prov?f=provn" rel="alternate" type="text/provenance-notation">`);
  expect(html).toContain(`<a href="${jobUrl}/prov/run" type="text/plain">The steps</a>`);
});
