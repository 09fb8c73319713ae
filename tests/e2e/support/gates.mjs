// What every page must hold. Each gate answers a list of sentences; an empty list is a pass. The fixture journey
// proves that each of them can fail.
import { AxeBuilder } from "@axe-core/playwright";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

export async function accessibility(page) {
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  return violations.flatMap(({ id, impact, help, nodes }) =>
    nodes.map((node) => `${id} (${impact}): ${help}: ${node.target.join(" ")}`),
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
