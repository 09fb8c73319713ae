// With scripts switched off the pages still do their work.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, open, viewport } from "../support/browser.mjs";
import { accountLink, askForMail, countInvoices, signIn, signInAsOperator } from "../support/pages.mjs";
import { freePort, startServer } from "../support/server.mjs";

describe("without scripts", () => {
  let server, browser;
  before(async () => {
    // Stripe is configured, and nobody answers
    const settings = {
      STRIPE_SECRET_KEY: "sk_test_of_the_browser_tests",
      STRIPE_API_BASE: `http://127.0.0.1:${await freePort()}`,
      RATE_LIMITS: "login=4/600s,magic_link=off,magic_link_account=off,verify=off",
    };
    server = await startServer({ settings });
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  for (const name of ["fold-cover", "desktop-1440"]) {
    test(`sign in, look at the invoices, find the way back (${name})`, async () => {
      const { context, page } = await open(browser, { base: server.base, screen: viewport(name), script: false });
      await signIn(page);
      await accountLink(page, "/app/invoices").click();
      await page.waitForURL((url) => url.pathname === "/app/invoices");
      assert.equal(await countInvoices(page), 3);
      await accountLink(page, "/app").click();
      await page.waitForURL((url) => url.pathname === "/app");
      await context.close();
    });
  }

  test("a stranger chooses a period, asks for more, and writes to us", async () => {
    const { context, page } = await open(browser, { base: server.base, screen: viewport("fold-cover"), script: false });
    await page.goto("/pricing");
    await page.getByRole("group", { name: "Period" }).getByRole("link", { name: "Yearly" }).click();
    await page.waitForURL((url) => url.searchParams.get("period") === "year");
    await page.getByText("USD 2,990").waitFor();

    for (const path of ["/", "/pricing"]) {
      await page.goto(path);
      const form = page.locator("#talk");
      await form.getByRole("button", { name: "Send" }).click();
      await form.getByRole("heading", { name: "There is a problem" }).waitFor();
      assert.match(await page.title(), /^Error: /);
      await form.getByLabel("E-mail address").fill("ada@example.com");
      await form.getByLabel("What would you like to automate?").fill(`Sort the mail, asked at ${path}`);
      await form.getByLabel(/Keep what I wrote/).check();
      await form.getByRole("button", { name: "Send" }).click();
      await page.getByText("Thanks, we answer within 1 business day").waitFor();
      assert.equal(new URL(page.url()).pathname, path);
    }

    await page.goto("/support");
    await page.getByLabel("Search the help topics").fill("elephants at work");
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByRole("link", { name: "Write to us" }).click();
    assert.equal(await page.getByLabel("Message").inputValue(), "elephants at work");
    await page.getByLabel("E-mail address").fill("ada@example.com");
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText("Thanks, we answer within 1 business day").waitFor();
    await context.close();
  });

  test("an operator signs in and sees the form of a refund, and that Stripe is away", async () => {
    const { context, page } = await open(browser, { base: server.base, screen: viewport("fold-cover"), script: false });
    await signInAsOperator(page);
    await page.goto("/payments");
    await page.getByRole("link", { name: /^Refund payment/ }).first().click();
    await page.getByRole("heading", { level: 1, name: "Refund a payment" }).waitFor();
    await page.getByLabel("Amount in minor units").waitFor();
    await page.getByRole("button", { name: "Refund" }).click();
    // nobody knows whether it arrived, and nobody says that it did
    await page.getByText("The refund is under way").waitFor({ timeout: 25_000 });
    await page.getByText("Refunding").first().waitFor();
    await context.close();
  });

  test("a code, a password, the file of the invoices, the devices; and too many tries", async () => {
    const { context, page } = await open(browser, { base: server.base, screen: viewport("fold-cover"), script: false });
    const address = "demo@echopilot.local";
    const { text } = await askForMail(page, server, address);
    await page.getByLabel("Code", { exact: true }).fill(/\b\d{4}[ -]?\d{4}\b/.exec(text)[0]);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.waitForURL((url) => url.pathname === "/app");

    await page.goto("/app/invoices");
    const file = page.waitForEvent("download");
    await page.getByRole("link", { name: "Export as CSV" }).click();
    assert.match((await file).suggestedFilename(), /\.csv$/);

    await page.goto("/app/sessions");
    await page.getByLabel("New password").fill("four words in a row");
    await page.getByRole("button", { name: "Set the password" }).click();
    await page.getByRole("heading", { name: "Change your password" }).waitFor();
    await page.getByRole("main").getByRole("button", { name: /^Sign out Chrome/ }).first().click();
    await page.waitForURL((url) => url.pathname === "/auth/login");

    await page.getByRole("link", { name: "Password" }).click();
    await page.getByLabel("E-mail address").fill(address);
    await page.getByLabel("Password", { exact: true }).fill("four words in a row");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.waitForURL((url) => url.pathname === "/app");
    await context.clearCookies();

    // the operator, the code and the password were three; the fourth passes, the fifth does not
    for (const heading of ["There is a problem", "Too many requests"]) {
      await page.goto("/auth/login?with=password");
      await page.getByLabel("E-mail address").fill(address);
      await page.getByLabel("Password", { exact: true }).fill("not this one");
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await page.getByRole("heading", { name: heading }).waitFor();
    }
    await page.getByText(/^Try again in \d+ (seconds|minutes)/).waitFor();
    await page.getByRole("link", { name: "Sign in by e-mail" }).click();
    await page.getByRole("button", { name: "E-mail me a code" }).waitFor();
    await context.close();
  });
});
