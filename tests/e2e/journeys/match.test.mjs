// How the palette compares words: without a page, from the source itself.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";

const web = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "../../../web");
const { transformSync } = createRequire(join(web, "package.json"))("esbuild");
const { code } = transformSync(readFileSync(join(web, "client/match.ts"), "utf8"), { loader: "ts", format: "esm" });
const { match, results } = await import(`data:text/javascript,${encodeURIComponent(code)}`);

test("letters in their order fit, others do not", () => {
  assert.ok(match("oa", "open app") > 0);
  assert.equal(match("pao", "open app"), -1);
  assert.equal(match("x", ""), -1);
  assert.equal(match("", "open app"), 0);
});

test("beginnings of words and letters in a row come before scattered letters", () => {
  const order = (query, texts) => [...texts].sort((one, other) => match(query, other) - match(query, one));
  assert.deepEqual(order("app", ["a ship up", "open app"]), ["open app", "a ship up"]);
  assert.deepEqual(order("in", ["sign in", "find an invoice", "thing"]).at(-1), "thing");
});

test("a count has its word", () => {
  assert.deepEqual([0, 1, 2].map(results), ["0 results", "1 result", "2 results"]);
});
