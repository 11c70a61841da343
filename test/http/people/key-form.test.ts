import { expect, test } from "bun:test";
import { address, openService } from "../service.ts";

test("a key for a process that is not there is made by who insists alone, also by a pattern that fits none", async () => {
  await using service = await openService();
  const key = await service.createKey("admin", "ann");
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    "sec-fetch-site": "same-origin",
    accept: "text/html",
  };
  const make = async (processes: string, insists?: string) => {
    const fields = { user: "nightly", role: "runner", processes, ...(insists === undefined ? {} : { insists }) };
    const body = new URLSearchParams(fields).toString();
    return (await service.send("POST", "/_/keys/form", { key, headers, body })).text();
  };
  for (const [processes, near] of [
    ["ecco", "wanted another, such as echo"],
    ["echo, ehco", "wanted another, such as echo"],
    ["ekk*", "wanted ids of processes that are deployed here"],
    ["*x*y*", "wanted ids of processes that are deployed here"],
    ["terrain", "wanted ids of processes that are deployed here"],
  ] as const) {
    const asked = await make(processes);
    expect([processes, /hdl_[A-Za-z0-9]+_/.test(asked)]).toEqual([processes, false]);
    expect(asked).toContain("No key was made: found no process for ");
    expect(asked).toContain(near);
    expect(asked).toContain('<input type="checkbox" name="insists" value="true"/>');
    expect(asked).toContain(`value="${processes}"`);
    expect(await make(processes, "true")).toMatch(/hdl_[A-Za-z0-9]+_/);
  }
  for (const processes of ["", "echo", "e*", "*"]) {
    const made = await make(processes);
    expect([processes, /hdl_[A-Za-z0-9]+_/.test(made), made.includes("insists")]).toEqual([processes, true, false]);
  }
});

test("the list of keys marks the key that its reader is signed in with, and revoking that one asks so", async () => {
  await using service = await openService();
  const [ann, rob] = [await service.createKey("admin", "ann"), await service.createKey("runner", "rob")];
  service.clock.advance(2000);
  const html = await (await service.send("GET", "/_/keys?f=html", { key: ann })).text();
  const idOf = (text: string) => text.split("_")[1] ?? "";
  expect(html).toContain(`${idOf(ann)}</code><strong class="nowrap"> this one</strong>`);
  expect(html.match(/this one/g)).toHaveLength(1);
  const ask = async (key: string) => {
    const headers = { accept: "text/html", origin: address, "content-type": "application/x-www-form-urlencoded" };
    return (await service.send("POST", `/_/keys/${idOf(key)}/revoke-form`, { key: ann, headers, body: "" })).text();
  };
  expect(await ask(ann)).toContain("<h1>Revoke the key that you are signed in with?</h1>");
  expect(await ask(rob)).toContain("<h1>Revoke the key?</h1>");
});

test("the list of keys tells the last use without seconds, as a use within a minute of another is not written", async () => {
  await using service = await openService();
  const key = await service.createKey("admin", "ann");
  await service.createKey("runner", "rudi");
  await service.send("GET", "/jobs", { key });
  let page = "";
  // The use is written beside the answer.
  while (!page.includes('data-detail="minutes"')) {
    page = await (await service.send("GET", "/_/keys?f=html", { key })).text();
    await Bun.sleep(5);
  }
  expect(page).toContain('<th role="columnheader" scope="col">Last used, to a minute</th>');
  expect(page.match(/data-detail="minutes">\d{4}-\d\d-\d\d \d\d:\d\d UTC<\/time>/g)).toHaveLength(1);
  expect(page).toMatch(/>never<\/span>/);
});
