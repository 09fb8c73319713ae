// Whoever moves by keyboard sees where they are: what has the focus is never under the header or the bar at the bottom.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, open, viewport } from "../support/browser.mjs";
import { PAGES, signedInState } from "../support/pages.mjs";
import { startServer } from "../support/server.mjs";

// Two at a time: each page waits mostly for its own browser process.
describe("the focus", { concurrency: 2 }, () => {
  let server, browser, signedIn;
  before(async () => {
    server = await startServer();
    browser = await launch();
    signedIn = await signedInState(browser, server.base, open);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  // What has the focus, and whether the point in its middle and its edges belong to it. A browser scrolls it into view
  // in a frame of its own, later on a busy machine: what is covered must stay so for a second to count. What is in sight
  // at once has not to be scrolled to.
  const focused = (page) =>
    page.evaluate(async () => {
      const nextFrame = () => new Promise((done) => requestAnimationFrame(done));
      const element = document.activeElement;
      if (!element || element === document.body) return undefined;
      const name = `${element.tagName.toLowerCase()} "${(element.getAttribute("aria-label") ?? element.textContent).trim().slice(0, 40)}"`;
      const inSight = () => {
        const box = element.getBoundingClientRect();
        return [0.1, 0.5, 0.9].every((part) => {
          const there = document.elementFromPoint(box.left + box.width / 2, box.top + box.height * part);
          return there !== null && (element.contains(there) || there.contains(element));
        });
      };
      const end = performance.now() + 1000;
      while (!inSight() && performance.now() < end) await nextFrame();
      const shown = inSight();
      const ring = (part) => {
        const style = getComputedStyle(part);
        return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
      };
      // a figure that is a link wears the ring on its card, all of which is the link
      const ringed = element.id === "main" || ring(element) || ring(element.closest(".stat") ?? element);
      return { name, shown, ringed };
    });

  async function walk(page, key) {
    const seen = [];
    for (let step = 0; step < 60; step += 1) {
      await page.keyboard.press(key);
      const now = await focused(page);
      if (!now) break;
      seen.push(now);
    }
    return seen;
  }

  for (const { name, path, signedIn: needed } of PAGES) {
    for (const screen of ["fold-cover", "fold-open", "desktop-1440"].map(viewport)) {
      test(`${name} on ${screen.name} by Tab and Shift+Tab`, async () => {
        const { context, page } = await open(browser, { base: server.base, screen, state: needed ? signedIn : undefined });
        for (const key of ["Tab", "Shift+Tab"]) {
          await page.goto(path);
          await page.locator("main details").evaluateAll((all) => all.forEach((each) => (each.open = true)));
          const seen = await walk(page, key);
          assert.ok(seen.length >= 5, `${seen.length} stops`);
          assert.deepEqual(seen.filter(({ shown }) => !shown).map((stop) => stop.name), [], `covered by ${key}`);
          assert.deepEqual(seen.filter(({ ringed }) => !ringed).map((stop) => stop.name), [], `without a ring by ${key}`);
        }
        await context.close();
      });
    }
  }
});
