// Bundles the third-party code of the sealing page, then freezes page and libraries under the digest of their bytes.
// The same lock and sources give the same bytes: nothing here reads the clock, the machine or the network.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";

const LIBRARIES = ["age", "pkijs"];
const MODULES = ["seal", "vendor"];
const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));

const sha = (bytes, encoding = "hex") => createHash("sha256").update(bytes).digest(encoding);

/** The RFC 8785 text of a value made of objects, arrays, strings and integers. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

/** The folder of the npm package a bundled input comes from, such as `node_modules/@noble/hashes`. */
function packageOf(input) {
  const parts = input.split("/");
  const start = parts.lastIndexOf("node_modules");
  if (start < 0) return null;
  return parts.slice(0, start + (parts[start + 1].startsWith("@") ? 3 : 2)).join("/");
}

function licenceText(folder) {
  const name = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  if (!name) throw new Error(`${folder} carries no licence text.`);
  return readFileSync(join(folder, name));
}

async function vendor() {
  const files = [];
  for (const library of LIBRARIES) {
    const outfile = `static/vendor/${library}.js`;
    const result = await build({
      entryPoints: [`scripts/vendor/${library}.entry.js`], outfile, bundle: true, minify: true, format: "esm",
      target: "es2022", charset: "utf8", legalComments: "none", metafile: true, logLevel: "warning",
    });
    const inputs = Object.values(result.metafile.outputs)[0].inputs;
    const folders = [...new Set(Object.keys(inputs).filter((name) => inputs[name].bytesInOutput > 0).map(packageOf))];
    const packages = folders.filter(Boolean).sort().map((folder) => {
      const { version, integrity, license } = lock.packages[folder];
      const name = folder.split("node_modules/").at(-1);
      const licence_file = `licences/${name.replace("@", "").replace("/", "-")}.txt`;
      mkdirSync("static/vendor/licences", { recursive: true });
      writeFileSync(join("static/vendor", licence_file), licenceText(folder));
      return { name, version, integrity, licence: license, licence_file };
    });
    files.push({ file: `${library}.js`, sha256: sha(readFileSync(outfile)), packages });
  }
  const manifest = { format: "sunseal-vendor/1", files };
  writeFileSync("static/vendor/manifest.json", `${JSON.stringify(manifest, null, 2)}\n`);
}

function freeze() {
  const files = {};
  for (const folder of MODULES) {
    for (const name of readdirSync(join("static", folder)).filter((file) => file.endsWith(".js")).sort()) {
      if (folder === "vendor" && !LIBRARIES.includes(name.slice(0, -3))) continue;
      files[`${folder}/${name}`] = sha(readFileSync(join("static", folder, name)));
    }
  }
  const text = canonical({ files, format: "sunseal-bundle/1" });
  const digest = sha(text);
  const folder = `static/seal/dist/${digest.slice(0, 12)}`;
  if (!existsSync(folder)) {
    for (const path of Object.keys(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      cpSync(join("static", path), join(folder, path));
    }
    writeFileSync(join(folder, "bundle.json"), text);
  }
  const current = { format: "sunseal-bundles/1", current: digest, folder: `dist/${digest.slice(0, 12)}` };
  writeFileSync("static/seal/bundle.json", `${JSON.stringify(current, null, 2)}\n`);
  return digest;
}

if (!process.argv.includes("--freeze")) {
  rmSync("static/vendor/licences", { recursive: true, force: true });
  await vendor();
}
console.log(`client bundle ${freeze()}`);
