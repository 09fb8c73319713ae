// Every gate of these tests, shown to pass on a page that is right and to fail on one with a single fault.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { startFixture } from "../fixture/site.mjs";
import { launch, open, THEMES, viewport, VIEWPORTS } from "../support/browser.mjs";
import { accessibility, largeText, markup, sidewaysScroll, transferred, tree } from "../support/gates.mjs";
import { measure } from "../support/lighthouse.mjs";

describe("the gates", () => {
  let site, browser;
  before(async () => {
    site = await startFixture();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
  });

  async function visit(name, work, screen = viewport("fold-narrow")) {
    const { context, page, guard } = await open(browser, { base: site.base, screen });
    try {
      await page.goto(`/${name}`, { waitUntil: "networkidle" });
      await pause(100); // the browser reports issues a little later than the page loads
      return await work(page, guard);
    } finally {
      await context.close();
    }
  }

  test("pass on a page that is right, on every screen, and stay silent themselves", async () => {
    for (const screen of VIEWPORTS) {
      const found = await visit(
        "right",
        async (page, guard) => [
          ...(await accessibility(page)),
          ...(await sidewaysScroll(page)),
          ...(await markup(page)),
          ...guard.problems(),
        ],
        screen,
      );
      assert.deepEqual(found, [], screen.name);
    }
    assert.deepEqual(THEMES, ["dark", "light"]);
  });

  for (const [name, rule] of [
    ["low-contrast", /^color-contrast/],
    ["unnamed-button", /^button-name/],
    ["no-zoom", /^meta-viewport/],
  ]) {
    test(`accessibility finds ${name} and nothing else`, async () => {
      const found = await visit(name, (page) => accessibility(page));
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0], rule);
    });
  }

  test("sideways scroll finds a 400 px wide element on a phone, and not on a desktop", async () => {
    const narrow = await visit("wide-element", (page) => sidewaysScroll(page));
    assert.match(narrow.join(), /px of sideways scroll at 344 px: div/);
    assert.deepEqual(await visit("wide-element", (page) => sidewaysScroll(page), viewport("desktop-1440")), []);
  });

  test("large texts find what only then runs out of the page", async () => {
    const found = (name) => visit(name, async (page) => [await sidewaysScroll(page), await largeText(page, () => sidewaysScroll(page))]);
    const [usual, large] = await found("grows-with-text");
    assert.deepEqual(usual, []);
    assert.match(large.join(), /px of sideways scroll/);
    assert.deepEqual(await found("right"), [[], []]);
  });

  test("accessibility of a part looks at that part", async () => {
    assert.equal((await visit("low-contrast", (page) => accessibility(page, "main"))).length, 1);
    assert.deepEqual(await visit("low-contrast", (page) => accessibility(page, "h1")), []);
  });

  test("the tree of roles and names tells of a button without a name, and not of figures", async () => {
    const right = await visit("right", tree);
    assert.match(right, /- button "Do it"/);
    assert.notEqual(await visit("unnamed-button", tree), right);
    const figures = (text) => visit("right", (page) => page.evaluate((words) => (document.querySelector("h1").textContent = words), text).then(() => tree(page)));
    assert.equal(await figures("23 Nov 2026"), await figures("1 May 2027"));
    assert.notEqual(await figures("Jobs"), await figures("Money"));
  });

  for (const [name, kind] of [
    ["inline-style", /content security policy/],
    ["inline-script", /content security policy/],
    ["unsafe-html", /content security policy/],
    ["external-image", /other origin: http:\/\/images\.example/],
    ["script-error", /script error: on purpose/],
  ]) {
    test(`the guard finds ${name}`, async () => {
      const found = await visit(name, (_page, guard) => guard.problems());
      assert.ok(found.some((sentence) => kind.test(sentence)), JSON.stringify(found));
    });
  }

  for (const [name, kind] of [
    ["inline-style", /inline style on P/],
    ["inline-script", /inline script/],
    ["no-zoom", /forbids zooming/],
  ]) {
    test(`markup finds ${name}`, async () => {
      const found = await visit(name, (page) => markup(page));
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0], kind);
    });
  }

  test("the size of a page counts everything it loads", async () => {
    const sizes = {};
    for (const name of ["right", "heavy"]) {
      const { context, page } = await open(browser, { base: site.base });
      sizes[name] = await transferred(page, `/${name}`);
      await context.close();
    }
    assert.ok(sizes.right > 500 && sizes.right < 10_000, `${sizes.right} bytes`);
    assert.ok(sizes.heavy - sizes.right > 200_000, `${sizes.heavy} bytes`);
  });

  test("Lighthouse praises the right page, and not the faulty or the slow one", async () => {
    const right = await measure(`${site.base}/right`, { runs: 1 });
    assert.ok(right.scores.performance >= 95 && right.scores.accessibility === 100, JSON.stringify(right));
    const faulty = await measure(`${site.base}/many-faults`, { runs: 1 });
    assert.ok(faulty.scores.accessibility < 95, JSON.stringify(faulty));
    const slow = await measure(`${site.base}/slow`, { runs: 1 });
    assert.ok(slow.scores.performance < 90, JSON.stringify(slow));
  });
});
