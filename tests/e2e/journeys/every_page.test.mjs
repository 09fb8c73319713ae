// Every page on six screens in two themes: accessible, no sideways scroll, nothing the policy forbids, and a picture.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { launch, open, THEMES, VIEWPORTS } from "../support/browser.mjs";
import { accessibility, markup, sidewaysScroll, transferred } from "../support/gates.mjs";
import { openKeySheet, openPalette, PAGES, signedInState, withWholePage } from "../support/pages.mjs";
import { shots, startServer } from "../support/server.mjs";

// Two at a time: each page waits mostly for its own browser process.
describe("every page", { concurrency: 2 }, () => {
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

  const visit = (page, options = {}) =>
    open(browser, { base: server.base, state: page.signedIn ? signedIn : undefined, ...options });

  async function arrive(page, tab) {
    const answer = await tab.goto(page.path, { waitUntil: "networkidle" });
    assert.equal(answer.status(), page.status);
    const { pathname, search } = new URL(tab.url());
    assert.equal(pathname + search, page.path, "another page came");
  }

  for (const page of PAGES) {
    for (const screen of VIEWPORTS) {
      for (const theme of THEMES) {
        test(`${page.name} on ${screen.name} in ${theme}`, async () => {
          const { context, page: tab, guard } = await visit(page, { screen, theme });
          await arrive(page, tab);
          const take = (what) =>
            tab.screenshot({ caret: "initial", path: join(shots(), `${page.name}${what}-${screen.name}-${theme}.png`) });
          // the page as it came, before the tools touch it
          const found = [...(await markup(tab)), ...(await sidewaysScroll(tab))];
          await take("-first");
          // Bars that stick to the window cover what scrolls below them, which is no fault of what they cover; so the
          // whole page is looked at in a window that is as tall. That focus is never covered has a journey of its own.
          await withWholePage(tab, screen, async () => {
            found.push(...(await accessibility(tab)));
            await take("");
          });
          await openPalette(tab);
          await take("-palette");
          for (const sentence of await accessibility(tab)) found.push(`palette: ${sentence}`);
          for (const sentence of await sidewaysScroll(tab)) found.push(`palette: ${sentence}`);
          await tab.keyboard.press("Escape");
          const sheet = await openKeySheet(tab);
          await take("-keys");
          for (const sentence of await accessibility(tab)) found.push(`key sheet: ${sentence}`);
          await tab.keyboard.press("Escape");
          await sheet.waitFor({ state: "hidden" });
          assert.deepEqual([...found, ...guard.problems()], []);
          await context.close();
        });
      }
    }

    test(`${page.name} does not scroll sideways at 320 px`, async () => {
      const { context, page: tab, guard } = await visit(page, {
        screen: { name: "smallest", width: 320, height: 640, scale: 2, mobile: true },
      });
      await arrive(page, tab);
      assert.deepEqual([...(await sidewaysScroll(tab)), ...guard.problems()], []);
      await context.close();
    });

    test(`${page.name} is at most ${page.budget} KB`, async () => {
      const { context, page: tab } = await visit(page);
      const bytes = await transferred(tab, page.path);
      assert.ok(bytes > 0 && bytes <= page.budget * 1024, `${bytes} bytes`);
      console.log(`${page.name}: ${(bytes / 1024).toFixed(1)} KB of ${page.budget} KB`);
      await context.close();
    });
  }
});
