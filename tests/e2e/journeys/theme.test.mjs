// Dark unless somebody chose otherwise; the choice holds over reloads and on every page.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, open } from "../support/browser.mjs";
import { PAGES, signIn } from "../support/pages.mjs";
import { startServer } from "../support/server.mjs";

describe("the theme", () => {
  let server, browser;
  before(async () => {
    server = await startServer();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const theme = (page) => page.locator("html").getAttribute("data-theme");
  const brightness = (page) =>
    page.evaluate(() => {
      // colours may be given in any notation; a canvas of one pixel knows them all
      const pen = document.createElement("canvas").getContext("2d");
      for (const element of [document.documentElement, document.body]) {
        pen.fillStyle = getComputedStyle(element).backgroundColor;
        pen.fillRect(0, 0, 1, 1);
      }
      const [red, green, blue, alpha] = pen.getImageData(0, 0, 1, 1).data;
      if (alpha === 0) throw new Error("the page has no background of its own");
      return (red + green + blue) / 3;
    });

  for (const script of [true, false]) {
    test(`toggles and persists ${script ? "with" : "without"} scripts`, async () => {
      const { context, page, guard } = await open(browser, { base: server.base, script });
      await page.goto("/auth/login");
      assert.equal(await theme(page), "dark", "no cookie gives dark");
      assert.ok((await brightness(page)) < 60, "and dark is dark");

      const answered = page.waitForResponse((answer) => new URL(answer.url()).pathname === "/theme").catch(() => undefined);
      await page.getByRole("button", { name: /theme/i }).first().click();
      await page.locator('html[data-theme="light"]').waitFor();
      if (script) await Promise.race([answered, page.waitForTimeout(500)]);
      const cookies = await context.cookies();
      assert.equal(cookies.find(({ name }) => name === "ep_theme")?.value, "light");
      await page.reload();
      assert.equal(await theme(page), "light");
      assert.ok((await brightness(page)) > 200, "and light is light");

      await signIn(page);
      for (const { path } of PAGES) {
        await page.goto(path);
        assert.equal(await theme(page), "light", path);
      }
      assert.deepEqual(guard.problems(), []);
      await context.close();
    });
  }

  test("the first answer of the server has the right theme already, so nothing flashes", async () => {
    for (const chosen of ["dark", "light"]) {
      const answer = await fetch(`${server.base}/auth/login`, {
        headers: { accept: "text/html", cookie: `ep_theme=${chosen}` },
      });
      assert.match(await answer.text(), new RegExp(`<html[^>]*data-theme="?${chosen}`));
      assert.match(`${answer.headers.get("cache-control")} ${answer.headers.get("vary")}`, /private|no-store|cookie/i);
    }
    const hostile = await fetch(`${server.base}/auth/login`, { headers: { accept: "text/html", cookie: 'ep_theme="><b>' } });
    assert.match(await hostile.text(), /<html[^>]*data-theme="?dark/, "a value that is none falls back to dark");
  });
});
