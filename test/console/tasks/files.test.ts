import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type ConsoleSite, missing, named, openConsole } from "../support/site.ts";

describe.skipIf(missing !== undefined)(
  named("somebody who has signed in gives a process what was uploaded before"),
  () => {
    const held = new AsyncDisposableStack();
    let opened: ConsoleSite | undefined;
    const site = (): ConsoleSite => {
      if (opened === undefined) throw new Error("The site is not open");
      return opened;
    };
    beforeAll(async () => {
      opened = held.use(await openConsole(["runner"]));
    }, 60_000);
    afterAll(() => held.disposeAsync());

    test.each([true, false])(
      "and runs it again, with JavaScript: %p",
      async (javaScriptEnabled) => {
        const name = `dem-${javaScriptEnabled}.png`;
        await using first = await site().open({ as: "runner" });
        await first.page.goto(`${site().url}/processes/echo?f=html`);
        const file = { name, mimeType: "image/png", buffer: Buffer.from("eA==") };
        await first.page.locator('[name="/inputs/image/~upload"]').setInputFiles(file);
        await first.page.getByText("is uploaded.").waitFor();
        // The text to copy names what is there already, and uploads nothing again.
        const curl = first.page.locator('pre[data-use="curl"]');
        await curl.filter({ hasText: "vault://" }).waitFor({ state: "attached" });
        expect(await curl.textContent()).not.toContain(" -F ");
        await first.page.getByText("which holds as long as the upload is kept").waitFor();
        // A browser says of an empty field that no file is chosen, which would be untrue beside the upload.
        const said = () =>
          first.page.evaluate(`getComputedStyle(document.querySelector('[name="/inputs/image/~upload"]')).fontSize`);
        expect(await said()).toBe("0px");
        await first.page.getByRole("button", { name: `Take ${name} back` }).click();
        expect(await said()).not.toBe("0px");
        await first.page.locator('[name="/inputs/image/~stored"]').selectOption({ index: 1 });
        expect(await said()).toBe("0px");
        await first.page.reload();
        await first.page.getByText("What you typed before is here again.").waitFor();
        const kept = await first.page.locator('[name="/inputs/image/~stored"]').inputValue();
        expect(kept).toMatch(/^vault:\/\/[^/]+$/);

        await using person = await site().open({ as: "runner", javaScriptEnabled });
        const { page, wrong } = person;
        await page.goto(`${site().url}/processes/echo?f=html`);
        const stored = page.locator('[name="/inputs/image/~stored"]');
        await stored.selectOption(kept);
        await page.locator('[name="/inputs/text"]').fill("x");
        await page.locator("button.button-main").click();
        await page.waitForURL(/\/jobs\//);
        await page.goto(`${site().url}/processes/echo?f=html&from=${new URL(page.url()).pathname.split("/").at(-1)}`);
        const field = page.locator('[id="/inputs/image"]');
        await field.locator("strong", { hasText: name }).waitFor();
        await field.getByRole("link", { name: "Download" }).waitFor();
        expect(await stored.inputValue()).toBe(kept);
        expect(await field.innerText()).not.toContain("vault:");
        await field.locator('[name="/inputs/image/~href"]').fill(`${site().url}/vault/${kept.replace("vault://", "")}`);
        if (!javaScriptEnabled) await stored.selectOption("");
        await page.locator("button.button-main").click();
        await page.waitForURL(/\/jobs\//);
        expect(wrong).toEqual([]);
      },
      60_000,
    );
  },
);
