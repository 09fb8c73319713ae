// Every page on six screens in two themes: accessible, no sideways scroll, nothing the policy forbids, and a picture.
//
// A page is loaded once for each theme on a device with touch and on one without; the screens are the same window in other
// sizes, as they are for whoever unfolds a phone.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { launch, open, resize, THEMES, viewport, VIEWPORTS } from "../support/browser.mjs";
import { accessibility, largeText, markup, sidewaysScroll, transferred, tree } from "../support/gates.mjs";
import { openKeySheet, openPalette, PAGES, signedInState, withWholePage } from "../support/pages.mjs";
import { shots, startServer } from "../support/server.mjs";

const TREES = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "../trees");
// Palette and keys are the same on all pages of a customer, of an operator, of a stranger: a picture of each.
const PICTURED = ["login", "app", "payments"];
const SMALLEST = { name: "smallest", width: 320, height: 640 };

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
    const answer = await tab.goto(page.path);
    assert.equal(answer.status(), page.status);
    const { pathname, search } = new URL(tab.url());
    assert.equal(pathname + search, page.path, "another page came");
  }

  for (const page of PAGES) {
    for (const theme of THEMES) {
      test(`${page.name} on every screen in ${theme}`, async () => {
        const found = [];
        for (const mobile of [true, false]) {
          const screens = VIEWPORTS.filter((screen) => screen.mobile === mobile);
          const { context, page: tab, guard } = await visit(page, { screen: screens[0], theme });
          await arrive(page, tab);
          found.push(...(await markup(tab)));
          for (const screen of screens) {
            const note = (what, sentences) => found.push(...sentences.map((sentence) => `${screen.name}${what}: ${sentence}`));
            const take = (what) =>
              tab.screenshot({ caret: "initial", scale: "css", path: join(shots(), `${page.name}${what}-${screen.name}-${theme}.png`) });
            await resize(tab, screen);
            note("", await sidewaysScroll(tab));
            // Bars that stick to the window cover what scrolls below them, which is no fault of what they cover; so the
            // whole page is looked at in a window that is as tall. That focus is never covered has a journey of its own.
            await withWholePage(tab, screen, async () => {
              note("", await accessibility(tab));
              await take("");
            });
            // What is behind an open dialog can't be reached and has just been looked at.
            await openPalette(tab);
            note(" palette", await accessibility(tab, "#palette"));
            note(" palette", await sidewaysScroll(tab));
            if (PICTURED.includes(page.name)) await take("-palette");
            await tab.keyboard.press("Escape");
            const sheet = await openKeySheet(tab);
            note(" key sheet", await accessibility(tab, "#keys"));
            if (PICTURED.includes(page.name)) await take("-keys");
            await tab.keyboard.press("Escape");
            await sheet.waitFor({ state: "hidden" });
          }
          if (mobile) {
            await resize(tab, SMALLEST);
            found.push(...(await sidewaysScroll(tab)).map((sentence) => `320 px: ${sentence}`));
          }
          await resize(tab, viewport(mobile ? "fold-cover" : "desktop-1440"));
          const large = await largeText(tab, () => sidewaysScroll(tab));
          found.push(...large.map((sentence) => `texts at 200 %: ${sentence}`));
          found.push(...guard.problems());
          await context.close();
        }
        assert.deepEqual(found, []);
      });
    }

    test(`${page.name} is at most ${page.budget} KB`, async () => {
      const { context, page: tab } = await visit(page);
      const bytes = await transferred(tab, page.path);
      assert.ok(bytes > 0 && bytes <= page.budget * 1024, `${bytes} bytes`);
      console.log(`${page.name}: ${(bytes / 1024).toFixed(1)} KB of ${page.budget} KB`);
      await context.close();
    });

    if (page.changing) continue;
    test(`${page.name} has the roles and names that it had`, async () => {
      const parts = [];
      for (const name of ["fold-cover", "desktop-1440"]) {
        const { context, page: tab } = await visit(page, { screen: viewport(name) });
        await arrive(page, tab);
        parts.push(`# ${name}\n${await tree(tab)}`);
        await context.close();
      }
      const file = join(TREES, `${page.name}.txt`);
      const now = parts.join("\n");
      // a new tree is written by hand of whoever looked at it, never by the run that is to notice a change
      if (process.env.ECHOPILOT_WRITE_TREES) await writeFile(file, now);
      const before = await readFile(file, "utf8").catch(() => "");
      assert.equal(now, before, `look at the difference, then run again with ECHOPILOT_WRITE_TREES=1`);
    });
  }
});
