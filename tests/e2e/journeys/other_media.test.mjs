// The invoices on paper and in the colours that somebody's system demands.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { launch, open, THEMES, viewport } from "../support/browser.mjs";
import { accessibility } from "../support/gates.mjs";
import { countInvoices, PAGES, signedInState, withWholePage } from "../support/pages.mjs";
import { shots, startServer } from "../support/server.mjs";

describe("other media", () => {
  let server, browser, signedIn;
  before(async () => {
    server = await startServer();
    browser = await launch();
    signedIn = await signedInState(browser, server.base, open);
    await mkdir(shots(), { recursive: true });
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  for (const theme of THEMES) {
    test(`the invoices are printed black on white, without what cannot be pressed on paper (${theme})`, async () => {
      const { context, page, guard } = await open(browser, { base: server.base, theme, state: signedIn });
      await page.goto("/app/invoices");
      const furniture = page.locator("header.top, nav.bar, nav.side, footer.foot, nav.tabs, .filters, .banner");
      assert.ok((await furniture.filter({ visible: true }).count()) >= 4, "on a screen they are there");
      await page.emulateMedia({ media: "print" });
      assert.equal(await furniture.filter({ visible: true }).count(), 0);
      assert.equal(await countInvoices(page), 3);
      // whose it is, which on a screen the menu says
      await page.getByText("Statement of demo@echopilot.local").waitFor();
      for (const head of ["Number", "Date", "Description", "Amount", "Status"]) {
        assert.ok(await page.getByRole("columnheader", { name: head }).isVisible(), `${head} on paper`);
      }
      const colours = await page.evaluate(() =>
        ["html", "h1", "tbody tr > *", ".badge"].map((part) => {
          const style = getComputedStyle(document.querySelector(part));
          return part === "html" ? style.backgroundColor : style.color;
        }),
      );
      assert.deepEqual(colours, ["rgb(255, 255, 255)", "rgb(0, 0, 0)", "rgb(0, 0, 0)", "rgb(0, 0, 0)"]);
      await page.setViewportSize({ width: 794, height: 1123 });
      await page.screenshot({ path: join(shots(), `invoices-print-${theme}.png`) });
      assert.ok((await page.pdf({ format: "A4" })).length > 1000);
      assert.deepEqual(guard.problems(), []);
      await context.close();
    });
  }

  for (const { name, path, signedIn: needed } of PAGES) {
    test(`${name} keeps its borders and marks in forced colours`, async () => {
      const screen = viewport("fold-cover");
      const { context, page, guard } = await open(browser, { base: server.base, screen, state: needed ? signedIn : undefined });
      await page.emulateMedia({ forcedColors: "active" });
      await page.goto(path);
      assert.ok(await page.evaluate(() => matchMedia("(forced-colors: active)").matches));
      const bare = await page.evaluate(() =>
        [...document.querySelectorAll(".badge, .button, .chip")]
          .filter((part) => part.checkVisibility() && getComputedStyle(part).borderTopColor === getComputedStyle(part).backgroundColor)
          .map((part) => part.textContent.trim()),
      );
      assert.deepEqual(bare, [], "parts without a border that can be seen");
      await withWholePage(page, screen, async () => {
        // contrast is the system's here, and the colours that a script can read are not the ones that are shown
        const found = await accessibility(page);
        assert.deepEqual(found.filter((sentence) => !sentence.startsWith("color-contrast")), []);
        await page.screenshot({ path: join(shots(), `${name}-forced-colors-fold-cover.png`) });
      });
      assert.deepEqual(guard.problems(), []);
      await context.close();
    });
  }
});
