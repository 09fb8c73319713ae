// Chromium as the design demands it: which flags, which screens, and a page that remembers everything it must not do.
//   launch()                    one browser for a test file
//   open(browser, {…})          a context and a page on one of the six viewports, with a guard
//   guard.problems()            CSP violations, requests to another origin, script errors, browser dialogs
import { chromium } from "playwright-core";

export const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-proxy-server",
  // no name but loopback resolves: a page that needs another origin fails
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE ::1",
];
const PICTURE_FLAGS = ["--force-color-profile=srgb", "--hide-scrollbars"];

export const CHROMIUM = process.env.CHROME_PATH || "/usr/bin/chromium";

// CSS pixels and device pixel ratio of the devices people hold; a phone has touch and a mobile viewport.
export const VIEWPORTS = [
  { name: "fold-narrow", width: 344, height: 760, scale: 2.8125, mobile: true },
  { name: "fold-cover", width: 369, height: 815, scale: 2.625, mobile: true },
  { name: "fold-open", width: 707, height: 733, scale: 2.625, mobile: true },
  { name: "fold-open-land", width: 823, height: 617, scale: 2.625, mobile: true },
  { name: "phone-390", width: 390, height: 844, scale: 3, mobile: true },
  { name: "desktop-1440", width: 1440, height: 900, scale: 1, mobile: false },
];
export const THEMES = ["dark", "light"];

export function viewport(name) {
  const found = VIEWPORTS.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no viewport is called ${name}`);
  return found;
}

export function launch(extra = []) {
  return chromium.launch({ executablePath: CHROMIUM, headless: true, args: [...FLAGS, ...PICTURE_FLAGS, ...extra] });
}

// `theme` undefined leaves the cookie away, as a first visitor does.
export async function open(browser, { base, screen = viewport("desktop-1440"), theme, script = true, state }) {
  const context = await browser.newContext({
    baseURL: base,
    viewport: { width: screen.width, height: screen.height },
    deviceScaleFactor: screen.scale,
    isMobile: screen.mobile,
    hasTouch: screen.mobile,
    // the opposite of our default: what is dark is so because we chose it
    colorScheme: "light",
    reducedMotion: "reduce",
    javaScriptEnabled: script,
    storageState: state,
  });
  context.setDefaultTimeout(10_000);
  if (theme) await context.addCookies([{ name: "ep_theme", value: theme, url: base, sameSite: "Lax" }]);
  const page = await context.newPage();
  const guard = await watch(page, new URL(base).origin);
  return { context, page, guard };
}

// The window in another size, and the page laid out for it: a renderer hears of it a little later than we do.
export async function resize(page, { width, height }) {
  await page.setViewportSize({ width, height });
  await page.waitForFunction((wanted) => document.documentElement.clientWidth === wanted, width);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

async function watch(page, origin) {
  const found = [];
  page.on("console", (message) => {
    const text = message.text();
    if (/content.security.policy|trusted.?type/i.test(text)) found.push(`content security policy: ${text}`);
  });
  page.on("pageerror", (error) => found.push(`script error: ${error.message}`));
  page.on("dialog", (dialog) => {
    found.push(`browser dialog: ${dialog.type()}`);
    dialog.dismiss().catch(() => {});
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (/^(https?|wss?):$/.test(url.protocol) && url.origin !== origin) found.push(`other origin: ${request.url()}`);
  });
  // the console is silent about some violations; the browser's own issue list is not
  const session = await page.context().newCDPSession(page);
  session.on("Audits.issueAdded", ({ issue }) => {
    const details = issue.details.contentSecurityPolicyIssueDetails;
    if (details) found.push(`content security policy: ${details.violatedDirective} ${details.blockedURL ?? ""}`.trim());
  });
  await session.send("Audits.enable");
  return {
    problems: () => [...new Set(found)],
    forget: () => found.splice(0),
  };
}
