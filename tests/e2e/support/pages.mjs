import { setTimeout as pause } from "node:timers/promises";
import { resize } from "./browser.mjs";
import { OPERATOR_KEY } from "./server.mjs";

// Every page there is: one line here and it is checked on six screens, in two themes, for size and for speed.
// `budget` is KB over the wire of a first view. `lighthouse` is the least mobile score [performance, accessibility], and
// best practices where more than 95 are wanted. `found` is what search engines list: 100 for that, too. `changing` is what
// shows how the server is doing at the moment, or whatever operations there are; it is not held against a stored tree.
// Of the logs, it is one that grows by nothing a page does: lines that come while axe looks would move what it measures.
export const PAGES = [
  { name: "home", path: "/", status: 200, signedIn: false, budget: 25, lighthouse: [95, 100, 100], found: true, changing: true },
  { name: "pricing", path: "/pricing", status: 200, signedIn: false, budget: 60, lighthouse: [90, 95], found: true },
  { name: "pricing-year", path: "/pricing?period=year", status: 200, signedIn: true, budget: 60 },
  { name: "help", path: "/support", status: 200, signedIn: false, budget: 60, lighthouse: [90, 95], found: true },
  { name: "help-none", path: "/support?q=elephant", status: 200, signedIn: false, budget: 60 },
  { name: "docs", path: "/docs", status: 200, signedIn: false, budget: 60, lighthouse: [90, 95], found: true, changing: true },
  { name: "about", path: "/about", status: 200, signedIn: false, budget: 60, lighthouse: [90, 95], found: true },
  { name: "changes", path: "/docs/changes", status: 200, signedIn: false, budget: 60, lighthouse: [90, 95], found: true },
  { name: "security", path: "/docs/security", status: 200, signedIn: false, budget: 60, lighthouse: [90, 95], found: true },
  { name: "login", path: "/auth/login", status: 200, signedIn: false, budget: 60, lighthouse: [90, 95] },
  { name: "login-password", path: "/auth/login?with=password", status: 200, signedIn: false, budget: 60 },
  { name: "verify", path: `/auth/verify?token=${"x".repeat(43)}`, status: 200, signedIn: false, budget: 60 },
  { name: "app", path: "/app", status: 200, signedIn: true, budget: 35, lighthouse: [95, 100, 100] },
  { name: "app-jobs", path: "/app?metric=jobs&range=7d&compare=previous", status: 200, signedIn: true, budget: 35 },
  { name: "invoices", path: "/app/invoices", status: 200, signedIn: true, budget: 60 },
  { name: "support", path: "/app/support", status: 200, signedIn: true, budget: 60, lighthouse: [90, 95] },
  { name: "sessions", path: "/app/sessions", status: 200, signedIn: true, budget: 60, lighthouse: [90, 95] },
  { name: "operator-login", path: "/dashboard/login", status: 200, signedIn: false, budget: 60, lighthouse: [90, 95] },
  { name: "board", path: "/dashboard/v2", status: 200, signedIn: true, budget: 60, lighthouse: [90, 95], changing: true },
  { name: "automations", path: "/dashboard/v2/automations", status: 200, signedIn: true, budget: 60, lighthouse: [90, 95], changing: true },
  { name: "run-task", path: "/dashboard/v2/automations/run?task=warehouse-sync", status: 200, signedIn: true, budget: 60 },
  { name: "jobs", path: "/dashboard/v2/jobs", status: 200, signedIn: true, budget: 60, lighthouse: [90, 95] },
  { name: "job", path: "/dashboard/v2/jobs/01HDEM0J0B0000000000000003", status: 200, signedIn: true, budget: 60 },
  { name: "customers", path: "/dashboard/v2/customers", status: 200, signedIn: true, budget: 60, lighthouse: [90, 95] },
  { name: "warehouse", path: "/dashboard/v2/warehouse", status: 200, signedIn: true, budget: 60, lighthouse: [90, 95] },
  { name: "sync-warehouse", path: "/dashboard/v2/warehouse/run", status: 200, signedIn: true, budget: 60 },
  { name: "flags", path: "/dashboard/v2/flags", status: 200, signedIn: true, budget: 60, lighthouse: [90, 95] },
  { name: "flag", path: "/dashboard/v2/flags/pricing_cta", status: 200, signedIn: true, budget: 60, changing: true },
  { name: "leads", path: "/dashboard/v2/leads", status: 200, signedIn: true, budget: 60, lighthouse: [90, 95] },
  { name: "logs", path: "/dashboard/v2/logs?file=auth", status: 200, signedIn: true, budget: 60, lighthouse: [90, 95], changing: true },
  { name: "logs-wrong", path: "/dashboard/v2/logs?n=501", status: 422, signedIn: true, budget: 60 },
  { name: "payments", path: "/payments", status: 200, signedIn: true, budget: 60, lighthouse: [90, 95] },
  { name: "settings", path: "/dashboard/v2/settings", status: 200, signedIn: true, budget: 60, lighthouse: [90, 95] },
  { name: "guides", path: "/dashboard/v2/guides", status: 200, signedIn: true, budget: 60, lighthouse: [90, 95] },
  { name: "runbook", path: "/dashboard/v2/guides/runbook", status: 200, signedIn: true, budget: 60, lighthouse: [90, 95] },
  { name: "guide-settings", path: "/dashboard/v2/guides/settings", status: 200, signedIn: true, budget: 60 },
  { name: "payment-link", path: "/payments/link", status: 200, signedIn: true, budget: 60 },
  { name: "reconciliation", path: "/payments/reconciliation", status: 200, signedIn: true, budget: 60 },
  { name: "not-found", path: "/no-such-page", status: 404, signedIn: false, budget: 60 },
];

// Commands that the palette must offer a signed-in customer; it may offer more, and each must work.
export const COMMANDS = ["Open App", "Open Pricing", "Toggle Theme"];

export async function signIn(page) {
  await page.goto("/auth/login");
  await page.getByRole("button", { name: "Use the demo account" }).click();
  await page.waitForURL((url) => url.pathname === "/app");
}

export async function signInAsOperator(page) {
  await page.goto("/dashboard/login");
  await page.getByLabel("Operator's key").fill(OPERATOR_KEY);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => url.pathname === "/dashboard/v2");
}

// The newest mail to an address once there are more than `earlier`; sending takes a moment.
export async function nextMail(server, address, earlier) {
  for (let turn = 0; turn < 200; turn += 1) {
    const mails = await server.mails(address);
    if (mails.length > earlier) return mails.at(-1);
    await pause(50);
  }
  throw new Error("no mail came within 10 s");
}

// A sign-in mail, asked for on the page; the page then waits for the code.
export async function askForMail(page, server, address) {
  const earlier = (await server.mails(address)).length;
  await page.goto("/auth/login");
  await page.getByLabel("E-mail address").fill(address);
  await page.getByRole("button", { name: "E-mail me a code" }).click();
  await page.getByRole("heading", { level: 1, name: "Check your e-mail" }).waitFor();
  return nextMail(server, address, earlier);
}

// The links between the customer's pages: tabs on a wide screen, the bar at the bottom of a phone.
export function accountLink(page, path) {
  // the overview stands in the header too
  return page.locator(`nav[aria-label="Your account"] a[href="${path}"]:visible, nav[aria-label="Customer"] a[href="${path}"]:visible`).first();
}

// The cookies of both sessions, for contexts that only look at pages: each page takes its own.
export async function signedInState(browser, base, open) {
  const { context, page } = await open(browser, { base });
  await signIn(page);
  await signInAsOperator(page);
  const state = await context.storageState();
  await context.close();
  return state;
}

// The command palette, opened the way a hand without keys does.
export async function openPalette(page) {
  await page.getByRole("button", { name: /commands/i }).first().click();
  const palette = page.getByRole("dialog");
  await palette.getByRole("combobox").waitFor();
  return palette;
}

// The list of keys, by its own key; a page has it wherever the focus is not in a field.
export async function openKeySheet(page) {
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keyboard" });
  await sheet.waitFor();
  return sheet;
}

// A window as tall as the page for the time of `work`: nothing is under a bar that sticks to its edge.
export async function withWholePage(page, { width, height }, work) {
  const whole = await page.evaluate(() => document.documentElement.scrollHeight);
  await resize(page, { width, height: Math.max(whole, height) });
  try {
    await work();
  } finally {
    await resize(page, { width, height });
  }
}

// A table on wide screens, a list on narrow ones; whichever is shown.
export async function countInvoices(page) {
  const main = page.getByRole("main");
  const rows = main.getByRole("row").filter({ has: page.getByRole("cell") });
  const shown = await rows.count();
  return shown > 0 ? shown : main.getByRole("listitem").filter({ hasText: /paid|open|refunded/i }).count();
}
