// Builds web/dist from web/client and the class names in web/templates. Run it with `npm run build`.
//
// The result is the same, byte for byte, on every machine: versions are pinned, the compressors are pinned too (JavaScript
// and WebAssembly instead of the ones in Node, whose output changes with Node and with the processor), and no time is written.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { build, transform } from "esbuild";
import { gzipSync } from "fflate";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
const scratch = join(here, ".build");
const brotli = createRequire(import.meta.url)("brotli-wasm");

/** All that decides what dist looks like; web/assets.rs computes the same digest. */
function inputs() {
  const walk = (folder) =>
    readdirSync(join(here, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      return entry.isDirectory() ? walk(path) : [path];
    });
  return [...walk("client"), ...walk("templates"), "build.mjs", "package-lock.json", "package.json"].sort();
}

function digestOfInputs() {
  const hash = createHash("sha256");
  for (const path of inputs()) {
    const bytes = readFileSync(join(here, path));
    hash.update(`${path}\n${bytes.length}\n`).update(bytes);
  }
  return hash.digest("hex");
}

/** The tokens as CSS: dark in the theme, light by attribute, and by media query where the visitor follows the system. */
function tokensAsCss() {
  const tokens = JSON.parse(readFileSync(join(here, "client/tokens.json"), "utf8"));
  const themed = (column) => [
    ...Object.entries(tokens.color).map(([name, pair]) => `--color-${name}:${pair[column]};`),
    ...Object.entries(tokens.shadow).map(([name, pair]) => `--shadow-${name}:${pair[column]};`),
  ].join("\n");
  const rem = (pixels) => `${pixels / 16}rem`;
  const fixed = [
    ...tokens.space.map((pixels, index) => `--space-${index + 1}:${rem(pixels)};`),
    ...Object.entries(tokens.radius).map(([name, pixels]) => `--radius-${name}:${pixels}px;`),
    ...Object.entries(tokens.text).map(([name, pixels]) => `--text-${name}:${rem(pixels)};`),
    ...Object.entries(tokens.leading).map(([name, factor]) => `--leading-${name}:${factor};`),
    ...Object.entries(tokens.motion).map(([name, ms]) => `--motion-${name}:${ms}ms;`),
    ...Object.entries(tokens.layer).map(([name, layer]) => `--layer-${name}:${layer};`),
  ].join("\n");
  const breakpoints = Object.entries(tokens.breakpoint)
    .map(([name, pixels]) => `--breakpoint-${name}:${rem(pixels)};`)
    .join("\n");
  return `@theme static { --color-*: initial; --shadow-*: initial; --radius-*: initial; --text-*: initial;
${themed(0)} ${fixed} }
@theme inline { --breakpoint-*: initial; ${breakpoints} }
@layer theme {
  :root { color-scheme: dark; }
  [data-theme="light"] { color-scheme: light; ${themed(1)} }
  @media (prefers-color-scheme: light) { [data-theme="system"] { color-scheme: light; ${themed(1)} } }
}
`;
}

const TARGETS = ["chrome111", "firefox114", "safari16.4"];

function style() {
  mkdirSync(scratch, { recursive: true });
  const input = join(scratch, "app.css");
  const output = join(scratch, "out.css");
  const own = readFileSync(join(here, "client/app.css"), "utf8");
  writeFileSync(input, own.replace("/* tokens */", tokensAsCss()));
  execFileSync(process.execPath, [join(here, "node_modules/@tailwindcss/cli/dist/index.mjs"), "-i", input, "-o", output, "--minify"], {
    cwd: here,
    stdio: ["ignore", "ignore", "inherit"],
  });
  return readFileSync(output);
}

async function script(name) {
  const result = await build({
    entryPoints: [join(here, "client", name)],
    absWorkingDir: here,
    bundle: true,
    charset: "utf8",
    format: "esm",
    legalComments: "inline",
    minify: true,
    target: TARGETS,
    write: false,
  });
  return Buffer.from(result.outputFiles[0].contents);
}

/** One `<symbol>` for each file in client/icons, named after it. */
function sprite() {
  const folder = join(here, "client/icons");
  const symbols = readdirSync(folder).sort().map((file) => {
    const source = readFileSync(join(folder, file), "utf8").trim();
    const [, attributes, body] = /^<svg ([^>]*)>([\s\S]*)<\/svg>$/.exec(source) ?? [];
    if (body === undefined) throw new Error(`client/icons/${file} is not one plain <svg>`);
    const kept = attributes.replace(/\s*xmlns="[^"]*"/, "").trim();
    return `<symbol id="${file.replace(/\.svg$/, "")}" ${kept}>${body.replace(/>\s+</g, "><").trim()}</symbol>`;
  });
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
}

function notices() {
  const licence = readFileSync(join(here, "node_modules/tailwindcss/LICENSE"), "utf8").trim();
  return Buffer.from(`The style sheet contains parts of Tailwind CSS, which comes under this licence:\n\n${licence}\n`);
}

/** A style sheet that only some pages load after app.css; it adds to a layer of that one. */
async function further(name) {
  const own = readFileSync(join(here, "client", name), "utf8");
  const result = await transform(own, { loader: "css", minify: true, charset: "utf8", target: TARGETS });
  return Buffer.from(result.code);
}

const files = {
  "app.css": style(),
  "board.css": await further("board.css"),
  "guide.css": await further("guide.css"),
  "live.js": await script("moving.ts"),
  "periods.js": await script("periods.ts"),
  "app.js": await script("main.ts"),
  "favicon.svg": readFileSync(join(here, "client/favicon.svg")),
  "NOTICES.txt": notices(),
  "og.png": readFileSync(join(here, "client/og.png")),
  "product.svg": readFileSync(join(here, "client/product.svg")),
  "sprite.svg": sprite(),
};

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
const names = {};
for (const [name, bytes] of Object.entries(files)) {
  const digest = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  const hashed = name.replace(/\.([a-z]+)$/, `-${digest}.$1`);
  names[name] = hashed;
  const br = brotli.compress(bytes, { quality: 11 });
  const gz = gzipSync(bytes, { level: 9, mtime: 0 });
  gz[9] = 255; // the operating system that wrote it: unknown
  writeFileSync(join(dist, hashed), bytes);
  writeFileSync(join(dist, `${hashed}.br`), br);
  writeFileSync(join(dist, `${hashed}.gz`), gz);
  console.log(`${relative(here, join(dist, hashed)).padEnd(36)} ${String(bytes.length).padStart(7)} raw ${String(gz.length).padStart(6)} gz ${String(br.length).padStart(6)} br`);
}
writeFileSync(join(dist, "manifest.json"), `${JSON.stringify({ inputs: digestOfInputs(), files: names }, null, 2)}\n`);
rmSync(scratch, { recursive: true, force: true });
