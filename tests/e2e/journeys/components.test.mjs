// The gallery of components: not there in a build for use; in a debug build every part in every state is looked at.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { after, before, describe, test } from "node:test";
import { launch, open, resize, THEMES, VIEWPORTS } from "../support/browser.mjs";
import { accessibility, markup, sidewaysScroll } from "../support/gates.mjs";
import { signedInState, withWholePage } from "../support/pages.mjs";
import { binary, shots, startServer } from "../support/server.mjs";

const DEBUG = resolve(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "../../../target/debug/echopilot");

test("a build for use has no gallery, a debug build has", async () => {
  const server = await startServer();
  try {
    const { build } = await (await fetch(`${server.base}/health`)).json();
    const answer = await fetch(`${server.base}/dev/components`, { headers: { accept: "text/html" } });
    assert.equal(answer.status, build.profile === "debug" ? 200 : 404, `${binary()} is a ${build.profile} build`);
  } finally {
    await server.stop();
  }
});

describe("every component", { skip: existsSync(DEBUG) ? false : `NOT LOOKED AT: there is no debug build at ${DEBUG}` }, () => {
  let server, browser, signedIn;
  before(async () => {
    server = await startServer({ program: DEBUG });
    browser = await launch();
    signedIn = await signedInState(browser, server.base, open);
    await mkdir(shots(), { recursive: true });
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  for (const theme of THEMES) {
    test(`in every state on every screen in ${theme}`, async () => {
      const found = [];
      for (const mobile of [true, false]) {
        const screens = VIEWPORTS.filter((screen) => screen.mobile === mobile);
        const { context, page, guard } = await open(browser, { base: server.base, screen: screens[0], theme, state: signedIn });
        await page.goto("/dev/components");
        found.push(...(await markup(page)));
        for (const screen of screens) {
          const note = (what, sentences) => found.push(...sentences.map((sentence) => `${screen.name}${what}: ${sentence}`));
          await resize(page, screen);
          note("", await sidewaysScroll(page));
          await withWholePage(page, screen, async () => {
            note("", await accessibility(page));
            await page.screenshot({ scale: "css", path: join(shots(), `components-${screen.name}-${theme}.png`) });
          });
          await page.getByRole("button", { name: "Open a dialog" }).click();
          const dialog = page.getByRole("dialog", { name: "Run it now?" });
          await dialog.waitFor();
          note(" dialog", await accessibility(page, "#sample-dialog"));
          await page.keyboard.press("Escape");
          await dialog.waitFor({ state: "hidden" });
          const back = await page.getByRole("button", { name: "Open a dialog" }).evaluate((button) => button === document.activeElement);
          if (!back) found.push(`${screen.name}: the focus does not come back from the dialog`);
        }
        found.push(...guard.problems());
        await context.close();
      }
      assert.deepEqual(found, []);
    });
  }
});
