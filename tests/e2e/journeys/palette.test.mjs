// The command palette by keyboard alone: opens, keeps the focus, does what it says, gives the focus back.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, open } from "../support/browser.mjs";
import { COMMANDS, openPalette, signIn, signInAsOperator } from "../support/pages.mjs";
import { startServer } from "../support/server.mjs";

describe("the command palette", () => {
  let server, browser;
  before(async () => {
    server = await startServer();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  test("opens by Ctrl+K, traps the focus, closes by Escape and gives the focus back", async () => {
    const { context, page, guard } = await open(browser, { base: server.base });
    await signIn(page);
    const button = page.getByRole("button", { name: /theme/i }).first();
    await button.focus();
    await page.keyboard.press("Control+k");
    const palette = page.getByRole("dialog");
    await palette.getByRole("combobox").waitFor();
    for (let step = 0; step < 6; step += 1) {
      await page.keyboard.press("Tab");
      const inside = await page.evaluate(() => {
        const focused = document.activeElement;
        return focused === document.body || focused.closest("dialog, [role=dialog]") !== null;
      });
      assert.ok(inside, `Tab ${step + 1} leaves the palette`);
    }
    await page.keyboard.press("Escape");
    await palette.waitFor({ state: "hidden" });
    assert.ok(await button.evaluate((element) => element === document.activeElement), "focus goes back");
    assert.deepEqual(guard.problems(), []);
    await context.close();
  });

  // Where somebody begins, and what their palette must offer at least.
  for (const [who, begin, least] of [
    ["a stranger", "/auth/login", ["Sign in", "Toggle Theme"]],
    ["a customer", "/app", COMMANDS],
    ["an operator", "/payments", ["Open Payments", "Open Settings", "Toggle Theme"]],
  ]) {
    test(`offers ${who} what there is, and every command works`, async () => {
      const session = async () => {
        const opened = await open(browser, { base: server.base });
        if (begin === "/app") await signIn(opened.page);
        if (begin === "/payments") await signInAsOperator(opened.page);
        return opened;
      };
      const { context, page, guard } = await session();
      await page.goto(begin);
      await openPalette(page);
      const names = (await page.getByRole("dialog").getByRole("option").allInnerTexts()).map((name) => name.trim());
      for (const name of least) assert.ok(names.includes(name), `${name} is not among ${names.join(", ")}`);
      const bad = [];
      page.on("response", (answer) => {
        if (answer.status() >= 400) bad.push(`${answer.status()} ${answer.url()}`);
      });
      // the last of them ends the session
      for (const name of [...names.filter((name) => name !== "Sign out"), ...names.filter((name) => name === "Sign out")]) {
        await page.goto(begin);
        const palette = await openPalette(page);
        await palette.getByRole("combobox").fill(name);
        await page.keyboard.press("Enter");
        if (name.startsWith("Find ")) {
          await palette.locator("#palette-label").filter({ hasText: /^Find in / }).waitFor();
          await page.keyboard.press("Escape");
        }
        await page.locator("#palette").waitFor({ state: "hidden" });
        if (name === "Toggle Theme") await page.locator('html[data-theme="light"]').waitFor();
        if (name === "Show the keys") await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
        if (name === "Sign out") await page.getByText("You are signed out").waitFor();
        await page.waitForLoadState();
        assert.deepEqual([...bad, ...guard.problems()], [], name);
      }
      await context.close();
    });
  }

  test("leads from the invoices to the overview by keyboard alone", async () => {
    const { context, page, guard } = await open(browser, { base: server.base });
    await signIn(page);
    await page.goto("/app/invoices");
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog").getByRole("combobox").fill("Open App");
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.pathname === "/app");
    assert.deepEqual(guard.problems(), []);
    await context.close();
  });
});
