// A phone that is unfolded and folded again in the middle of something: nothing typed is lost.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, open, viewport } from "../support/browser.mjs";
import { openPalette, signIn, signInAsOperator } from "../support/pages.mjs";
import { startServer } from "../support/server.mjs";

describe("folding", () => {
  let server, browser;
  before(async () => {
    server = await startServer();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function unfoldAndFold(page, check) {
    for (const name of ["fold-open", "fold-open-land", "fold-cover"]) {
      const { width, height } = viewport(name);
      await page.setViewportSize({ width, height });
      await check(name);
    }
  }

  test("keeps text, selection and focus of a form", async () => {
    const { context, page, guard } = await open(browser, { base: server.base, screen: viewport("fold-cover") });
    await page.goto("/auth/login");
    const field = page.getByRole("textbox", { name: /e-?mail/i }).first();
    await field.fill("somebody@example.org");
    // an e-mail field has no selection of its own to ask for; the marked text tells
    await field.selectText();
    await unfoldAndFold(page, async (name) => {
      assert.equal(await field.inputValue(), "somebody@example.org", name);
      assert.ok(await field.evaluate((element) => element === document.activeElement), `focus on ${name}`);
      assert.equal(await page.evaluate(() => getSelection().toString()), "somebody@example.org", name);
    });
    await page.keyboard.press("End");
    await page.keyboard.type(".uk");
    assert.equal(await field.inputValue(), "somebody@example.org.uk", "typing goes on where it was");
    assert.deepEqual(guard.problems(), []);
    await context.close();
  });

  test("keeps the palette open, with what was typed into it", async () => {
    const { context, page, guard } = await open(browser, { base: server.base, screen: viewport("fold-cover") });
    await signIn(page);
    const palette = await openPalette(page);
    const field = palette.getByRole("combobox");
    await field.fill("app");
    await unfoldAndFold(page, async (name) => {
      assert.ok(await palette.isVisible(), `open on ${name}`);
      assert.equal(await field.inputValue(), "app", name);
      assert.ok(await field.evaluate((element) => element === document.activeElement), `focus on ${name}`);
    });
    assert.deepEqual(guard.problems(), []);
    await context.close();
  });

  test("puts a list and the record that was chosen from it beside each other, and takes no focus away", async () => {
    const { context, page, guard } = await open(browser, { base: server.base, screen: viewport("fold-cover") });
    await signInAsOperator(page);
    for (const list of ["jobs", "customers"]) {
      await page.goto(`/dashboard/v2/${list}`);
      await page.locator("[data-rows] tbody a").first().click();
      await page.locator(".split-one h1").waitFor();
      const beside = page.locator(".split-list");
      const back = page.locator(".crumb a");
      await back.focus();
      assert.ok(!(await beside.isVisible()), "on the cover the record stands alone");
      await unfoldAndFold(page, async (name) => {
        assert.equal(await beside.isVisible(), name !== "fold-cover", `${list} on ${name}`);
        assert.ok(await back.evaluate((element) => element === document.activeElement), `focus on ${name}`);
        if (name === "fold-cover") return;
        const [left, right] = [await beside.boundingBox(), await page.locator(".split-one").boundingBox()];
        assert.ok(left.x + left.width <= right.x && Math.abs(left.y - right.y) < 40, `beside each other on ${name}`);
        assert.equal(await beside.locator("[aria-current=page]").count(), 1);
      });
      const { width, height } = viewport("fold-open");
      await page.setViewportSize({ width, height });
      const row = beside.locator("tbody a").first();
      await row.focus();
      await unfoldAndFold(page, async (name) => {
        assert.ok(await row.evaluate((element) => element === document.activeElement), `focus in the list on ${name}`);
        assert.ok(await row.isVisible(), `and it can be seen on ${name}`);
      });
      await back.focus();
      assert.ok(!(await beside.isVisible()), "on the cover it goes when the focus does");
    }
    assert.deepEqual(guard.problems(), []);
    await context.close();
  });
});
