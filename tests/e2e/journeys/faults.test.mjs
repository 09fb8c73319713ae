// What was wrong with the pages of the service before, each as a test of ours. Those of one page only stand with that page:
// the operator's key in operators, the viewport tag in every_page, the two themes in theme.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, open, viewport } from "../support/browser.mjs";
import { PAGES, signedInState } from "../support/pages.mjs";
import { freePort, startServer } from "../support/server.mjs";

const HOSTILE = '"><img src=x onerror=alert(1)>';

describe("faults of the service before", () => {
  let server, browser, signedIn;
  before(async () => {
    const settings = {
      STRIPE_SECRET_KEY: "sk_test_of_the_browser_tests",
      STRIPE_API_BASE: `http://127.0.0.1:${await freePort()}`,
      RATE_LIMITS: "login=off,operator_key=off,magic_link=off,magic_link_account=off,support=off",
    };
    server = await startServer({ settings });
    browser = await launch();
    signedIn = await signedInState(browser, server.base, open);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const visit = (page, options = {}) =>
    open(browser, { base: server.base, screen: viewport("fold-cover"), state: page.signedIn ? signedIn : undefined, ...options });

  test("no part of a page is an empty shell that waits for somebody to press Refresh", async () => {
    for (const page of PAGES.filter(({ status }) => status === 200)) {
      const { context, page: tab } = await visit(page, { script: false });
      await tab.goto(page.path);
      const empty = await tab.locator("main section").evaluateAll((sections) =>
        sections
          .filter((section) => !section.querySelector("tbody tr, .empty, .alert, form, svg[role=img], dl, a.button"))
          // prose fills a part as well, but no line that only introduces it
          .filter((section) => ![...section.querySelectorAll("li p, details p, article p, .card-body p")].some(({ textContent }) => textContent.trim()))
          .map((section) => section.textContent.trim().slice(0, 40)),
      );
      assert.deepEqual(empty, [], page.name);
      assert.ok(!/click refresh|loading/i.test(await tab.locator("main").innerText()), page.name);
      await context.close();
    }
  });

  test("markup in every field of every form comes back as text or not at all", async () => {
    let fields = 0;
    for (const page of PAGES.filter(({ status }) => status === 200)) {
      const { context, page: tab, guard } = await visit(page);
      await tab.goto(page.path);
      const forms = await tab.locator("main form:has(input:not([type=hidden]), textarea)").count();
      for (let index = 0; index < forms; index += 1) {
        await tab.goto(page.path);
        const form = tab.locator("main form:has(input:not([type=hidden]), textarea)").nth(index);
        for (const field of await form.locator("input:not([type=hidden]):not([type=radio]):not([type=checkbox]), textarea").all()) {
          // as somebody would who does not use a browser: limits of the page are no limits
          await field.evaluate((element) => {
            element.type = element.type === "textarea" ? element.type : "text";
            element.removeAttribute("maxlength");
          });
          await field.fill(HOSTILE);
          fields += 1;
        }
        await Promise.all([tab.waitForEvent("load"), form.evaluate((element) => HTMLFormElement.prototype.submit.call(element))]);
        assert.equal(await tab.locator(`img:not([src^="/assets/"])`).count(), 0, `${page.name}, form ${index}`);
      }
      assert.deepEqual(guard.problems(), [], page.name);
      await context.close();
    }
    assert.ok(fields >= 8, `${fields} fields`);
  });

  test("no page keeps a secret where scripts can read it", async () => {
    const secrets = signedIn.cookies.filter(({ httpOnly }) => httpOnly).map(({ value }) => value);
    assert.ok(secrets.length >= 2, "both sessions");
    for (const page of PAGES) {
      const { context, page: tab } = await visit({ ...page, signedIn: true });
      const answer = await tab.goto(page.path);
      const readable = await tab.evaluate(() => document.cookie + JSON.stringify({ ...localStorage, ...sessionStorage }));
      const body = await answer.text();
      for (const secret of secrets) assert.ok(!readable.includes(secret) && !body.includes(secret), page.name);
      await context.close();
    }
  });

  test("a button that is busy says so, keeps its width and sends once", async () => {
    const { context, page } = await visit({ signedIn: false });
    await page.goto("/auth/login");
    // the form stays here, so that it can be looked at while it is on its way
    await page.evaluate(() => {
      window.sent = 0;
      addEventListener("submit", (event) => {
        if (!event.defaultPrevented) window.sent += 1;
        event.preventDefault();
      });
    });
    await page.getByLabel("E-mail address").fill("ada@example.com");
    const button = page.locator('form[action="/auth/login/code"] button');
    const [{ width }, words] = [await button.boundingBox(), await button.innerText()];
    await button.click();
    await page.locator("button[aria-busy=true]").waitFor();
    assert.ok((await button.boundingBox()).width >= width);
    assert.notEqual(await button.innerText(), words);
    await button.click();
    assert.equal(await page.evaluate(() => window.sent), 1);
    await context.close();
  });
});
