// What every page must hold. Each gate answers a list of sentences; an empty list is a pass. The fixture journey
// proves that each of them can fail.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

// The axe-core that @axe-core/playwright brings, run in the page itself: its own way sends half a megabyte of script and
// opens a blank page for every look, for the sake of frames, of which no page of ours has one.
const fromPlaywright = createRequire(createRequire(import.meta.url).resolve("@axe-core/playwright"));
const AXE = readFileSync(fromPlaywright.resolve("axe-core/axe.min.js"), "utf8");

// Until nothing fades in any more: what is half there has half the contrast. On a busy machine a frame may take a while.
async function settled(page) {
  await page.evaluate(async () => {
    const ends = document.getAnimations().map((animation) => animation.finished);
    await Promise.race([Promise.allSettled(ends), new Promise((done) => setTimeout(done, 2000))]);
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  });
}

// `part` is a selector: what is above an open dialog, for example. Without it the whole page is looked at.
export async function accessibility(page, part) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  await settled(page);
  return page.evaluate(
    async ({ tags, part }) => {
      const { violations } = await window.axe.run(part ?? document, {
        runOnly: { type: "tag", values: tags },
        resultTypes: ["violations"],
        iframes: false,
      });
      return violations.flatMap(({ id, impact, help, nodes }) =>
        nodes.map((node) => `${id} (${impact}): ${help}: ${node.target.join(" ")}`),
      );
    },
    { tags: TAGS, part },
  );
}

export function sidewaysScroll(page) {
  return page.evaluate(() => {
    const root = document.documentElement;
    const over = Math.max(root.scrollWidth, document.body.scrollWidth) - root.clientWidth;
    if (over <= 0) return [];
    const wide = [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > root.clientWidth + 1)
      .slice(0, 3)
      .map((element) => element.tagName.toLowerCase() + (element.id ? `#${element.id}` : ""));
    return [`${over} px of sideways scroll at ${root.clientWidth} px: ${wide.join(", ")}`];
  });
}

// One valid viewport tag that leaves zooming alone, one h1, no inline style, no inline script, no secret in storage.
export function markup(page) {
  return page.evaluate(() => {
    const problems = [];
    const tags = [...document.querySelectorAll("meta[name=viewport]")];
    if (tags.length !== 1) problems.push(`${tags.length} viewport tags`);
    const content = tags[0]?.content ?? "";
    if (!/width=device-width/.test(content)) problems.push(`viewport tag says "${content}"`);
    if (/maximum-scale|user-scalable/.test(content)) problems.push("the viewport tag forbids zooming");
    const headings = document.querySelectorAll("h1").length;
    if (headings !== 1) problems.push(`${headings} h1`);
    if (document.querySelectorAll("main").length !== 1) problems.push("not exactly one main");
    for (const element of document.querySelectorAll("[style]")) problems.push(`inline style on ${element.tagName}`);
    for (const element of document.querySelectorAll("script:not([src])")) {
      if (!/json/.test(element.type)) problems.push("inline script");
    }
    if (!document.documentElement.lang) problems.push("no language");
    for (const store of [localStorage, sessionStorage]) {
      for (const key of Object.keys(store)) {
        if (/^ey[\w-]+\.[\w-]+\.|token|secret/i.test(`${key} ${store.getItem(key)}`)) problems.push(`storage holds ${key}`);
      }
    }
    return problems;
  });
}

// Roles and names of everything a screen reader meets, as lines; what changes with the day and with the data is left out.
export async function tree(page) {
  const STABLE =
    /^\s*- (?:banner|navigation|main|contentinfo|region|heading|link|button|textbox|searchbox|combobox|checkbox|radio|group|table|columnheader|form|list|status|alert|dialog|img|term|tablist|tab|progressbar|meter)\b/;
  const lines = (await page.locator("body").ariaSnapshot()).split("\n").filter((line) => STABLE.test(line));
  const kept = lines.map((line) =>
    line
      .replace(/:\s*$/, "")
      .replace(/^(\s*- (?:status|alert|term|img|region)(?: "(?:[^"\\]|\\.)*")?).*$/, "$1")
      .replace(/\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b/g, "MONTH")
      .replace(/(?<![0-9A-Za-z_-])[0-9A-Za-z_-]{20,}/g, "ID")
      .replace(/\d+/g, "#"),
  );
  // as many rows of a list as there happen to be are one row
  return kept.filter((line, index) => line !== kept[index - 1]).join("\n") + "\n";
}

// Texts twice as large, as somebody sets them in their browser: nothing runs out of the page.
export async function largeText(page, work) {
  await page.evaluate(async () => {
    document.documentElement.style.setProperty("font-size", "200%");
    // lists that become tables do so in the frame after
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  });
  try {
    return await work();
  } finally {
    await page.evaluate(() => document.documentElement.removeAttribute("style"));
  }
}

// Bytes over the wire of a first view, headers included: an empty cache, everything the page asks for.
export async function transferred(page, address) {
  const session = await page.context().newCDPSession(page);
  let bytes = 0;
  session.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
  await session.send("Network.enable");
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  await page.goto(address, { waitUntil: "networkidle" });
  await session.detach();
  return bytes;
}
