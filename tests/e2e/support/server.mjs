// The real binary on demo data: a folder of its own, a free port, ended by its own process id.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const repository = resolve(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "../../..");

export function binary() {
  const candidates = [process.env.ECHOPILOT_BIN, "target/release/echopilot", "target/debug/echopilot"];
  const found = candidates.filter(Boolean).map((path) => resolve(repository, path)).find((path) => existsSync(path));
  if (!found) throw new Error("no built binary: run `cargo build --release`, or set ECHOPILOT_BIN");
  return found;
}

export function shots() {
  return join(repository, "target/e2e-shots");
}

export function freePort() {
  return new Promise((done, failed) => {
    const probe = createServer();
    probe.once("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

// The key of the one operator here; long enough to be one anywhere.
export const OPERATOR_KEY = "operator-of-the-browser-tests-0123456789";

// `settings` are environment variables over the ones of this process, `RATE_LIMITS` for example; `program` another binary.
export async function startServer({ settings = {}, program = binary() } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "echopilot-e2e-"));
  const base = `http://127.0.0.1:${await freePort()}`;
  const args = ["serve", "--demo", "--bind", new URL(base).host, "--data-dir", folder];
  const child = spawn(program, args, { cwd: folder, env: { ...process.env, DASHBOARD_KEY: `grace:${OPERATOR_KEY}`, ...settings }, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => (output = (output + chunk).slice(-20_000)));
  }
  const ended = new Promise((done) => {
    child.once("error", (error) => done({ code: null, signal: String(error) }));
    child.once("exit", (code, signal) => done({ code, signal }));
  });
  let gone;
  ended.then((how) => (gone = how));
  // a test run that is itself ended must not leave a server behind
  const last = () => child.kill("SIGKILL");
  process.once("exit", last);

  const clear = async () => {
    process.removeListener("exit", last);
    await rm(folder, { recursive: true, force: true });
  };
  const deadline = Date.now() + 15_000;
  for (;;) {
    if (gone) {
      await clear();
      throw new Error(`echopilot ${args.join(" ")} ended (${gone.code ?? gone.signal}):\n${output}`);
    }
    const answer = await fetch(`${base}/health`).catch(() => undefined);
    if (answer?.status === 200) break;
    if (Date.now() > deadline) {
      child.kill("SIGKILL");
      await clear();
      throw new Error(`no 200 from ${base}/health within 15 s:\n${output}`);
    }
    await pause(20);
  }
  // Every visitor is shown the same: which words an experiment gives them is not what journeys are about.
  const back = await fetch(`${base}/api/flags/rollback`, { method: "POST", headers: { "x-dash-key": OPERATOR_KEY } });
  assert.equal(back.status, 200);
  return {
    base,
    output: () => output,
    // everything it wrote into its logs, for what must not stand there
    async logged() {
      const names = await readdir(join(folder, "logs"));
      return (await Promise.all(names.map((name) => readFile(join(folder, "logs", name), "utf8")))).join("\n");
    },
    // the mails that were sent to an address, oldest first: without a mail server they lie in a file
    async mails(address) {
      const text = await readFile(join(folder, "outbox/emails.ndjson"), "utf8").catch(() => "");
      return text.split("\n").filter(Boolean).map((line) => JSON.parse(line)).filter(({ to }) => to === address);
    },
    async stop() {
      child.kill("SIGTERM");
      const how = await Promise.race([ended, pause(30_000, "late", { ref: false })]);
      if (how === "late") child.kill("SIGKILL");
      await clear();
      assert.deepEqual(how, { code: 0, signal: null }, `SIGTERM must end the server with exit code 0:\n${output}`);
    },
  };
}
