// Builds the one ESM and the one CSS that ship in the wheel; `--dev` builds the static host page instead.
// The output is a function of the sources and of package-lock.json alone: no dates, no paths, so CI can compare it.
import { build } from "esbuild";
import { readFileSync, readdirSync, writeFileSync, mkdirSync, copyFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(here, "../spec_lab_widgets/static");
const LIMIT = { raw: 250_000, gz: 80_000 };

const common = {
  absWorkingDir: here,
  bundle: true,
  format: "esm",
  target: ["es2022"],
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "none",
  charset: "utf8",
  logLevel: "warning",
  alias: { "d3-interpolate": "./src/plot/interpolate_numbers.ts" }, // scales here are of numbers: no colours, no dates
};

/** The licence texts of the packages whose code is inside the bundle, as one comment. */
function notices(metafile) {
  const names = new Set();
  for (const path of Object.keys(metafile.inputs)) {
    const match = path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\//);
    if (match) names.add(match[1]);
  }
  const byText = new Map();
  for (const name of [...names].sort()) {
    const folder = join(here, "node_modules", name);
    const file = readdirSync(folder).find((f) => /^licen[cs]e/i.test(f));
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const text = readFileSync(join(folder, file), "utf8").trim().replaceAll("*/", "* /");
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  const parts = [...byText].map(([text, who]) => `${who.join(", ")}\n\n${text}`);
  return `/*! This bundle contains:\n\n${parts.join("\n\n----\n\n")}\n*/\n`;
}

async function ship() {
  mkdirSync(out, { recursive: true });
  const js = await build({
    ...common, entryPoints: ["src/index.tsx"], minify: true, metafile: true, write: false, outfile: "lab.js",
  });
  const css = await build({ ...common, entryPoints: ["src/style/lab.css"], minify: true, write: false, outfile: "lab.css" });
  const code = js.outputFiles[0].text + notices(js.metafile);
  writeFileSync(join(out, "lab.js"), code);
  writeFileSync(join(out, "lab.css"), css.outputFiles[0].text);
  for (const [name, text] of [["lab.js", code], ["lab.css", css.outputFiles[0].text]]) {
    const [raw, gz] = [Buffer.byteLength(text), gzipSync(text).length];
    console.log(`${name}  ${(raw / 1000).toFixed(1)} kB raw  ${(gz / 1000).toFixed(1)} kB gz`);
    if (raw > LIMIT.raw || gz > LIMIT.gz) throw new Error(`${name} is over its budget of ${LIMIT.raw} B raw, ${LIMIT.gz} B gz`);
  }
}

async function dev() {
  const dist = join(here, "dev", "dist");
  mkdirSync(dist, { recursive: true });
  await build({ ...common, entryPoints: ["dev/host.ts"], outfile: join(dist, "host.js"), sourcemap: "inline" });
  await build({ ...common, entryPoints: ["src/style/lab.css"], outfile: join(dist, "lab.css") });
  copyFileSync(join(here, "dev", "index.html"), join(dist, "index.html"));
  console.log("open dev/dist/index.html");
}

await (process.argv.includes("--dev") ? dev() : ship());
