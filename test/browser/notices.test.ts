import { expect, test } from "bun:test";
import { barriersOf, markupFaultsOf } from "../console/support/faults.ts";
import { missing, named, openConsole } from "../console/support/site.ts";
import { until } from "../support/jobs.ts";
import { startMailServer } from "../support/servers/mail-server.ts";

test.skipIf(missing !== undefined)(
  named("a person without JavaScript says once where mails go, sees it on a form, and gets the mail"),
  async () => {
    await using mails = await startMailServer();
    const flags = ["--sandbox", "off", "--smtp-url", `smtp://127.0.0.1:${mails.port}`, "--mail-from", "h@example.org"];
    await using site = await openConsole(["runner"], flags);
    const narrow = { viewport: { width: 360, height: 780 }, colorScheme: "dark" as const };
    await using opened = await site.open({ as: "runner", javaScriptEnabled: false, ...narrow });
    const { page, wrong } = opened;
    await page.goto(`${site.url}/_/sign-in?f=html`);
    const address = page.getByLabel("Mail address or web address");
    await address.fill("ann@@example.org");
    await page.getByRole("button", { name: "Save" }).click();
    expect(await address.inputValue()).toBe("ann@@example.org");
    expect(await address.getAttribute("aria-invalid")).toBe("true");
    await address.fill("ann@example.org");
    await page.getByLabel("A job of mine failed or was dismissed").uncheck();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Kept. The form of each process is filled").waitFor();
    expect(await markupFaultsOf(await page.content())).toEqual([]);
    await page.goto(`${site.url}/processes/echo?f=html`);
    await page.getByText("You will be told at a…@example.org when it ends well").waitFor();
    expect(await page.locator("details.extras").getAttribute("open")).toBeNull();
    await page.getByRole("textbox", { name: "Any text" }).fill("hello");
    await page.locator("button.button-main").click();
    await page.waitForURL(/\/jobs\//);
    await until("the mail came", () => mails.mails.length > 0);
    expect(mails.mails.map(({ to }) => to)).toEqual([["ann@example.org"]]);

    // Axe needs scripts.
    await using second = await site.open({ as: "runner", ...narrow });
    for (const path of ["/_/sign-in?f=html", "/processes/echo?f=html"]) {
      await second.page.goto(`${site.url}${path}`);
      expect(await barriersOf(second.page)).toEqual([]);
      expect(await second.page.evaluate<boolean>("document.documentElement.scrollWidth <= innerWidth")).toBeTrue();
    }

    await page.goto(`${site.url}/processes/echo?f=html`);
    await page.getByRole("link", { name: "Your account" }).click();
    await page.getByRole("button", { name: "Remove the address" }).click();
    await page.goto(`${site.url}/processes/echo?f=html`);
    expect(await page.getByText("You will be told").count()).toBe(0);
    expect([...wrong, ...second.wrong]).toEqual([]);
  },
  90_000,
);
