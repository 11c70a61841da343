import { expect, test } from "bun:test";
import { address, openService, type Service, submitEcho } from "../service.ts";

const own = (level: string, message: string) =>
  `[2021-03-02 03:32:41] ${level.padEnd(8)} [heddle.job] 0:00:02  20% running    ${message}`;
const log = [
  own("INFO", 'Started step "cut", try 1: cut'),
  own("INFO", 'Started step "count", part 1 of 2, try 1: wc'),
  "cut reading <b>one</b>",
  "count (part 1) Warning: a line is empty",
  "counted nothing",
  own("WARNING", "The input is large"),
  own("INFO", 'Finished step "cut"'),
  "count/inner Traceback (most recent call last):",
  own("ERROR", 'Cannot finish step "count"'),
];

/** The numbers of the lines that the page shows, and what it says of them. */
async function shown(service: Service, id: string, query: string) {
  const answer = await service.send("GET", `/jobs/${id}/log?f=html${query}`);
  const page = await answer.text();
  const numbers = [...page.matchAll(/<span id="L(\d+)"/g)].map(([, number]) => Number(number));
  const said = /<p role="status"><b>(.*?)<\/b>/s.exec(page)?.[1];
  return { status: answer.status, page, numbers, said };
}

test("the page of a log has each line by its number, and finds those that are looked for", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  await service.finish(id, { log: log.map((line) => `${line}\n`).join("") });
  const all = await shown(service, id, "");
  expect([all.numbers, all.said]).toEqual([[1, 2, 3, 4, 5, 6, 7, 8, 9], "9 lines."]);
  expect(all.page).toContain("cut reading &lt;b&gt;one&lt;/b&gt;");
  expect(all.page).toContain(`<a href="${address}/jobs/${id}/log?f=html#L4" aria-label="Link to line 4">4</a>`);
  expect(all.page).toContain('<option value="count">count</option>');
  const found = async (query: string) => {
    const { numbers, said } = await shown(service, id, query);
    return [numbers, said];
  };
  expect(await found("&level=faults")).toEqual([[4, 6, 8, 9], "4 of 9 lines."]);
  expect(await found("&level=tools")).toEqual([[3, 4, 5, 8], "4 of 9 lines."]);
  expect(await found("&step=count")).toEqual([[2, 4, 8, 9], "4 of 9 lines."]);
  expect(await found("&step=count&level=faults&q=most%20TRACE")).toEqual([[8], "1 of 9 lines."]);
  expect(await found("&q=nowhere")).toEqual([[], "None of 9 lines."]);
  expect(await found("&from=8")).toEqual([[8, 9], "9 lines. Lines 8 to 9 are shown."]);
  expect((await shown(service, id, "&level=loud")).status).toBe(400);
  const line = (await shown(service, id, "&level=faults&q=trace")).page;
  expect(line).toContain(`${address}/jobs/${id}/log?f=html#L8`);
  expect(line).toContain('value="trace"');
});

test("a browser gets the page of a log, every other client its text as before", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  await service.finish(id, { log: "what the tool said\n" });
  const typeAt = async (accept?: string) => {
    const headers = accept === undefined ? {} : { accept };
    return (await service.send("GET", `/jobs/${id}/log`, { headers })).headers.get("content-type");
  };
  expect(await typeAt("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")).toStartWith("text/html");
  for (const accept of [undefined, "*/*", "text/plain", "text/*", "text/plain, text/html;q=0.5"]) {
    expect([accept, await typeAt(accept)]).toEqual([accept, "text/plain; charset=utf-8"]);
  }
  expect(await typeAt("application/json")).toBe("application/json");
});

test("a long log comes in pages, whose lines keep their numbers", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  const lines = Array.from({ length: 2500 }, (_, index) => (index === 1999 ? "Error: here" : `tick ${index + 1}`));
  await service.finish(id, { log: `${lines.join("\n")}\n${"x".repeat(10_000)}` });
  const first = await shown(service, id, "");
  expect([first.numbers.length, first.said]).toEqual([1000, "2,501 lines. Lines 1 to 1000 are shown."]);
  expect(first.page).toContain("f=html&amp;from=1001");
  const last = await shown(service, id, "&from=2001");
  expect([last.numbers.at(0), last.numbers.at(-1)]).toEqual([2001, 2501]);
  expect(last.page).toContain(`${"x".repeat(4000)}…`);
  expect(last.page).not.toContain("x".repeat(4001));
  const fault = await shown(service, id, "&level=faults");
  expect([fault.numbers, fault.said]).toEqual([[2000], "1 of 2,501 lines."]);
  // The link leads to the line among those around it.
  expect(fault.page).toContain(`f=html&amp;from=1500#L2000`);
  expect((await shown(service, id, "&from=1500")).numbers).toContain(2000);
});

test("lines that go over many reads of the log are one, and what comes behind them is found", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  await service.finish(id, { log: `first\nbegin ${"y".repeat(3 * 2 ** 20)} end\nError: last\n` });
  const all = await shown(service, id, "");
  expect([all.numbers, all.said]).toEqual([[1, 2, 3], "3 lines."]);
  expect(all.page).toContain(`begin ${"y".repeat(3994)}…`);
  expect((await shown(service, id, "&level=faults")).numbers).toEqual([3]);
  expect((await shown(service, id, "&q=begin")).numbers).toEqual([2]);
});

test("a log that has not begun, and one of events, have pages, too", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  const { numbers, page } = await shown(service, id, "");
  expect(numbers).toEqual([1]);
  expect(page).toContain("Job accepted.");
  expect(page).toContain("The job goes on:");
  expect((await shown(service, "nothing", "")).status).toBe(404);
});
