// Whoever moves by keyboard sees where they are: what has the focus is never under the header or the bar at the bottom.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, open, viewport } from "../support/browser.mjs";
import { PAGES, signedInState } from "../support/pages.mjs";
import { startServer } from "../support/server.mjs";

describe("the focus", () => {
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
  // in a frame of its own, later on a busy machine: what is covered must stay so for a second to count.
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
      await nextFrame();
      await nextFrame();
      while (!inSight() && performance.now() < end) await nextFrame();
      const shown = inSight();
      const ring = getComputedStyle(element);
      const ringed = element.id === "main" || (ring.outlineStyle !== "none" && parseFloat(ring.outlineWidth) >= 2);
      return { name, shown, ringed };
    });

  for (const { name, path, signedIn: needed } of PAGES) {
    for (const screen of ["fold-cover", "fold-open", "desktop-1440"].map(viewport)) {
      for (const key of ["Tab", "Shift+Tab"]) {
        test(`${name} on ${screen.name} by ${key}`, async () => {
          const { context, page } = await open(browser, { base: server.base, screen, state: needed ? signedIn : undefined });
          await page.goto(path);
          await page.locator("main details").evaluateAll((all) => all.forEach((each) => (each.open = true)));
          const seen = [];
          for (let step = 0; step < 60; step += 1) {
            await page.keyboard.press(key);
            const now = await focused(page);
            if (!now) break;
            seen.push(now);
          }
          assert.ok(seen.length >= 5, `${seen.length} stops`);
          assert.deepEqual(seen.filter(({ shown }) => !shown).map((stop) => stop.name), [], "covered");
          assert.deepEqual(seen.filter(({ ringed }) => !ringed).map((stop) => stop.name), [], "without a ring");
          await context.close();
        });
      }
    }
  }
});
