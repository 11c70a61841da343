import { expect, test } from "bun:test";
import { address, openService } from "../service.ts";

const browser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8", origin: address };
const tool = { cwlVersion: "v1.2", class: "CommandLineTool", id: "sent", baseCommand: "echo", inputs: {}, outputs: {} };

function formOf(texts: Readonly<Record<string, string>>): FormData {
  const form = new FormData();
  for (const [name, text] of Object.entries(texts)) form.set(name, text);
  return form;
}

test("the address of what became of a form names its draft, and nothing else that was sent as one", async () => {
  await using service = await openService();
  const run = async (draft: string, doing = "run") => {
    const body = formOf({ "/inputs/text": "x", "~do": doing, "~draft": draft });
    const answer = await service.send("POST", "/processes/echo/form", { headers: browser, body });
    return [answer.status, new URL(answer.headers.get("location") ?? address).search];
  };
  expect(await run("1x8k2a0zzz")).toEqual([303, "?f=html&sent=1x8k2a0zzz"]);
  for (const draft of ["", "a b", "A", "a&done=deployed", "a\r\nset-cookie: a=b", "é", "a".repeat(21)]) {
    expect([draft, ...(await run(draft))]).toEqual([draft, 303, "?f=html"]);
  }
  expect(await run("1x8k2a0zzz", "check")).toEqual([200, ""]);
});

test("what a form deployed names its draft, too", async () => {
  await using service = await openService();
  const press = async (doing: string) => {
    const body = formOf({ text: JSON.stringify(tool), do: doing, "~draft": "1x8k2a0zzz" });
    const answer = await service.send("POST", "/_/deploy", { headers: browser, body });
    return [answer.status, new URL(answer.headers.get("location") ?? address).searchParams.get("sent")];
  };
  expect(await press("look")).toEqual([200, null]);
  expect(await press("deploy")).toEqual([303, "1x8k2a0zzz"]);
});
