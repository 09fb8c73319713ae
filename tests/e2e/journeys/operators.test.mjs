// An operator on a phone and at a desk: signs in with the key, looks at payments, leaves; and what the key must never do.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { launch, open, viewport } from "../support/browser.mjs";
import { accessibility, sidewaysScroll } from "../support/gates.mjs";
import { openPalette, signIn, signInAsOperator, withWholePage } from "../support/pages.mjs";
import { freePort, OPERATOR_KEY, shots, startServer } from "../support/server.mjs";

describe("operators", () => {
  let server, browser;
  before(async () => {
    // Stripe is configured, and nobody answers: nothing may pretend that anything happened
    const settings = {
      STRIPE_SECRET_KEY: "sk_test_of_the_browser_tests",
      STRIPE_API_BASE: `http://127.0.0.1:${await freePort()}`,
      RATE_LIMITS: "login=off,operator_key=off",
    };
    server = await startServer({ settings });
    browser = await launch();
    await mkdir(shots(), { recursive: true });
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  for (const script of [true, false]) {
    test(`the key opens the payments and stays out of the page (${script ? "with" : "without"} scripts)`, async () => {
      const { context, page, guard } = await open(browser, { base: server.base, screen: viewport("fold-cover"), script });
      const bodies = [];
      page.on("response", (answer) => bodies.push(answer.text().catch(() => "")));
      await page.goto("/payments");
      assert.equal(new URL(page.url()).pathname, "/dashboard/login");
      await page.getByText("Sign in first").waitFor();
      await page.getByLabel("Operator's key").fill("not-the-key-of-anybody");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("heading", { name: "There is a problem" }).waitFor();
      assert.match(await page.title(), /^Error:/);
      assert.equal(await page.getByLabel("Operator's key").inputValue(), "");
      await signInAsOperator(page);
      await page.goto("/payments");
      await page.getByRole("heading", { level: 1, name: "Payments" }).waitFor();
      const cookies = await context.cookies();
      const own = cookies.find(({ name }) => name === "ep_operator");
      assert.ok(own.httpOnly && own.sameSite === "Lax" && own.value.length === 43);
      for (const { value } of cookies) assert.ok(!value.includes(OPERATOR_KEY));
      for (const body of await Promise.all(bodies)) assert.ok(!body.includes(OPERATOR_KEY) && !body.includes(own.value));
      if (script) {
        const stored = await page.evaluate(() => document.cookie + JSON.stringify({ ...localStorage, ...sessionStorage }));
        assert.ok(!stored.includes(OPERATOR_KEY) && !stored.includes(own.value), stored);
      }
      const log = await server.logged();
      assert.ok(log.includes("operator_signed_in") && !log.includes(OPERATOR_KEY) && !log.includes(own.value));
      // the answer to a wrong key is a 401, which the console tells of
      assert.deepEqual(guard.problems().filter((sentence) => !sentence.includes("401")), []);
      await context.close();
    });
  }

  test("beside a customer's session neither stands in for the other", async () => {
    const { context, page, guard } = await open(browser, { base: server.base });
    await signIn(page);
    await signInAsOperator(page);
    const names = (await (await openPalette(page)).getByRole("option").allInnerTexts()).map((name) => name.trim());
    assert.ok(names.includes("Open Payments") && !names.includes("Open App"), names.join(", "));
    await page.keyboard.press("Escape");
    // the theme's form leads where a customer's cookie counts
    await page.getByRole("button", { name: "Light", exact: true }).click();
    assert.equal(await page.locator("html").getAttribute("data-theme"), "light");
    await page.goto("/app");
    await page.getByRole("heading", { level: 1, name: /^Hello/ }).waitFor();
    await page.goto("/payments");
    await page.getByLabel("Account of the operator grace").click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("You are signed out").waitFor();
    await page.goto("/payments");
    assert.equal(new URL(page.url()).pathname, "/dashboard/login");
    await page.goto("/app");
    await page.getByRole("heading", { level: 1, name: /^Hello/ }).waitFor();
    assert.deepEqual(guard.problems(), []);
    await context.close();
  });

  for (const name of ["fold-cover", "fold-open", "desktop-1440"]) {
    test(`a payment link is looked at before it is made, and a Stripe that is away is told of (${name})`, async () => {
      const screen = viewport(name);
      const { context, page } = await open(browser, { base: server.base, screen });
      await signInAsOperator(page);
      await page.goto("/payments");
      const seen = (what) =>
        withWholePage(page, screen, async () => {
          await page.screenshot({ path: join(shots(), `operators-${what}-${name}.png`) });
          assert.deepEqual([...(await accessibility(page)), ...(await sidewaysScroll(page))], [], what);
        });
      await seen("payments");
      await page.getByRole("link", { name: "Create payment link" }).first().click();
      await page.getByLabel("Amount in minor units").fill("42.00");
      await page.getByRole("button", { name: "Continue" }).click();
      await page.getByRole("heading", { name: "There is a problem" }).waitFor();
      await seen("link-wrong");
      await page.getByLabel("Amount in minor units").fill("4200");
      await page.getByLabel("Customer's e-mail address").fill("ada@example.com");
      await page.getByLabel("Description").fill("Set-up of the weekly digest");
      await page.getByRole("button", { name: "Continue" }).click();
      await page.getByRole("heading", { name: "Check the payment link" }).waitFor();
      assert.match(await page.getByRole("main").innerText(), /USD 42\.00/);
      await seen("link-review");
      await page.getByRole("button", { name: "Change something" }).click();
      assert.equal(await page.getByLabel("Description").inputValue(), "Set-up of the weekly digest");
      await page.getByRole("button", { name: "Continue" }).click();
      await page.getByRole("button", { name: "Create payment link" }).click();
      await page.getByText("No link was made").waitFor({ timeout: 25_000 });
      assert.equal(await page.getByLabel("Amount in minor units").inputValue(), "4200");
      await seen("link-declined");
      await page.goto("/payments/reconciliation");
      await page.getByLabel("Since").fill("yesterday");
      await page.getByRole("button", { name: "Compare only" }).click();
      await page.getByRole("heading", { name: "There is a problem" }).waitFor();
      await seen("reconciliation-wrong");
      await context.close();
    });
  }
});
