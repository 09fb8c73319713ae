// A phone that is unfolded and folded again in the middle of something: nothing typed is lost.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, open, viewport } from "../support/browser.mjs";
import { openPalette, signIn } from "../support/pages.mjs";
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
});
