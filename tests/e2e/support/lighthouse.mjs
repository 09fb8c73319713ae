// Lighthouse, mobile profile, in a browser of its own each run; the median of several runs.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { CHROMIUM, FLAGS } from "./browser.mjs";

const run = promisify(execFile);
const command = join(dirname(createRequire(import.meta.url).resolve("lighthouse/package.json")), "cli/index.js");
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];

async function once(address, cookies) {
  const folder = await mkdtemp(join(tmpdir(), "echopilot-lighthouse-"));
  try {
    const profile = join(folder, "profile");
    const flags = [...FLAGS, "--headless=new", `--user-data-dir=${profile}`]
      .map((flag) => (flag.includes(" ") ? flag.replace(/=(.*)$/, "='$1'") : flag))
      .join(" ");
    const output = join(folder, "report.json");
    const args = [command, address, "--quiet", "--output=json", `--output-path=${output}`, `--chrome-flags=${flags}`];
    args.push(`--only-categories=${CATEGORIES.join(",")}`, "--max-wait-for-load=45000");
    if (cookies.length > 0) {
      const header = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
      args.push("--extra-headers", JSON.stringify({ Cookie: header }));
    }
    await run(process.execPath, args, {
      env: { ...process.env, CHROME_PATH: CHROMIUM },
      timeout: 120_000,
      maxBuffer: 64 * 1024 * 1024,
    });
    return JSON.parse(await readFile(output, "utf8"));
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

// Codes with which Lighthouse says that its own recording failed, whatever the page is like.
const RECORDING_FAILED = /\((NO_NAVSTART|NO_TRACING_STARTED|NO_SCREENSHOTS|NO_FCP|PROTOCOL_TIMEOUT|TARGET_CRASHED)\)/;

// A run whose recording failed says nothing about the page: it is made anew, twice at most. Scores are never retried.
async function recorded(address, cookies) {
  for (let failures = 0; ; failures += 1) {
    try {
      return await once(address, cookies);
    } catch (error) {
      if (failures === 2 || !RECORDING_FAILED.test(String(error.stderr))) throw error;
      console.log(`Lighthouse could not record ${address}; once more`);
    }
  }
}

// Scores 0 to 100 by category, and the audits that cost points. Another page than the one asked for is a failure.
// `least` says which scores are enough: when more than half of the runs have all of them, so has the median, whatever the
// others would say, and they are not made.
export async function measure(address, { cookies = [], runs = 3, least } = {}) {
  const reports = [];
  let good = 0;
  for (let turn = 0; turn < runs; turn += 1) {
    const report = await recorded(address, cookies);
    if (report.runtimeError) throw new Error(`Lighthouse: ${report.runtimeError.message}`);
    if (report.finalDisplayedUrl !== address) throw new Error(`${address} ended at ${report.finalDisplayedUrl}`);
    reports.push(report);
    const scored = (category) => Math.round((report.categories[category].score ?? 0) * 100);
    const enough = least && Object.entries(least).every(([category, score]) => scored(category) >= score);
    if (enough) good += 1;
    if (good > runs / 2) break;
  }
  const scores = {};
  for (const category of CATEGORIES) {
    const sorted = reports.map((report) => Math.round((report.categories[category].score ?? 0) * 100)).sort((a, b) => a - b);
    // of two runs the lower one: the median of three can't be below it
    scores[category] = sorted[Math.floor((sorted.length - 1) / 2)];
  }
  const last = reports.at(-1);
  const weak = CATEGORIES.flatMap((category) =>
    last.categories[category].auditRefs
      .filter(({ id, weight }) => weight > 0 && last.audits[id].score !== null && last.audits[id].score < 0.9)
      .map(({ id }) => `${category}: ${id} ${last.audits[id].displayValue ?? last.audits[id].score}`),
  );
  return { scores, weak };
}
