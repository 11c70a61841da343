import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { wayNames, ways } from "../support/hands.ts";
import { type ConsoleSite, missing, named, openConsole } from "../support/site.ts";

/** Lists the tables that are wider than their place, and what one can press in them beyond the screen. */
async function cutOff(page: Page): Promise<readonly string[]> {
  return page.evaluate<readonly string[]>(`[
    ...[...document.querySelectorAll(".wide")].filter((one) => one.scrollWidth > one.clientWidth + 1)
      .map((one) => one.getAttribute("aria-label")),
    ...[...document.querySelectorAll(".wide :is(a, button)")]
      .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth)
      .map((one) => one.textContent),
  ]`);
}

describe.skipIf(missing !== undefined)(named("an admin looks after keys"), () => {
  const held = new AsyncDisposableStack();
  let opened: ConsoleSite | undefined;
  const site = (): ConsoleSite => {
    if (opened === undefined) throw new Error("The site is not open");
    return opened;
  };
  beforeAll(async () => {
    opened = held.use(await openConsole(["admin"]));
    const headers = { authorization: `Bearer ${site().keyOf("admin")}`, "content-type": "application/json" };
    for (const user of ["ann", "bob", "nightly-imports.of-the-agency@maps.example", "eve"]) {
      const wanted = { user, role: "runner", expires: "30d", actions: ["execute", "read-own-jobs", "upload"] };
      const made = await fetch(`${site().url}/_/keys`, { method: "POST", headers, body: JSON.stringify(wanted) });
      expect(made.status).toBe(201);
    }
  }, 60_000);
  afterAll(() => held.disposeAsync());

  test.each(wayNames)(
    "makes one for a colleague, who signs in with what was handed over; finds and revokes it, %s",
    async (way) => {
      const { browser, hands: handsOf } = ways[way];
      await using admin = await site().open({ ...browser, as: "admin" });
      const { page } = admin;
      const hands = handsOf(page);
      const user = `carla ${way}`;
      await page.goto(`${site().url}/_/system?f=html`);
      await hands.press(page.getByRole("link", { name: "Keys", exact: true }));
      await hands.write(page.getByRole("textbox", { name: "User" }), user);
      await hands.write(page.getByRole("combobox", { name: "Processes" }), "echo");
      await hands.press(page.getByRole("button", { name: "Make the key" }));
      const words = await page.locator("pre.whole").nth(1).innerText();
      const { groups = {} } = /at (?<at>\S+) with this key:\s+(?<key>hdl_\w+)/.exec(words) ?? {};

      await using colleague = await site().open(browser);
      await colleague.page.goto(groups.at ?? "");
      await colleague.page.getByLabel("Key").fill(groups.key ?? "");
      await colleague.page.getByRole("button", { name: "Sign in with a key" }).click();
      await colleague.page.getByRole("heading", { level: 1, name: "Echo" }).waitFor();

      const id = groups.key?.split("_")[1] ?? "";
      await hands.press(page.getByRole("link", { name: id, exact: true }));
      const row = page.locator(`#key-${id}:target`);
      await row.waitFor();
      expect(await cutOff(page)).toEqual([]);
      if (way !== "without JavaScript") {
        await hands.write(page.getByRole("searchbox", { name: "Find a key" }), "carla echo");
        await page.getByText(/^\d+ of \d+ fit$/).waitFor();
        expect(await page.getByRole("link", { name: /^bob,/ }).isVisible()).toBe(false);
      }
      await hands.press(row.getByRole("button", { name: `Revoke the key ${id} of ${user}` }));
      await page.getByText(`is of user ${user}, runner (for echo).`).waitFor();
      await hands.press(page.getByRole("button", { name: "Revoke it" }));
      await page.getByText("The key was revoked.").waitFor();
      expect([...admin.wrong, ...colleague.wrong]).toEqual([]);
    },
    90_000,
  );

  test("no table of keys, uploads, audit or settings is wider than a usual screen, and the link to a key in the audit leads to its row", async () => {
    const name = "an_observation_of_a_very_long_name_without_any_blank_2026-11-29T12-00-00Z_version_2_final.csv";
    const headers = {
      authorization: `Bearer ${site().keyOf("admin")}`,
      "content-type": "text/csv",
      "content-disposition": `attachment; filename="${name}"`,
    };
    expect((await fetch(`${site().url}/vault`, { method: "POST", headers, body: "a" })).status).toBe(201);
    await using admin = await site().open({ as: "admin", viewport: { width: 1280, height: 900 } });
    const { page } = admin;
    for (const path of ["/_/keys", "/_/audit", "/_/system", "/providers", "/uploads"]) {
      await page.goto(`${site().url}${path}?f=html`);
      await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })");
      expect([path, await cutOff(page)]).toEqual([path, []]);
    }
    await page.goto(`${site().url}/_/audit?f=html&action=create-key`);
    const key = page
      .getByRole("table")
      .getByRole("link", { name: /^[0-9a-f]{12}$/ })
      .last();
    const id = await key.innerText();
    await key.click();
    await page.locator(`#key-${id}:target`).waitFor();
    expect(admin.wrong).toEqual([]);
  }, 60_000);
});
