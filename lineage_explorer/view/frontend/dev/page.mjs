// `node dev/page.mjs OUT`: the demo page as files in OUT, to be opened from any file server.
import { build } from "esbuild";
import { writeFile } from "node:fs/promises";

const out = process.argv[2];
if (!out) throw new Error("Say where to: node dev/page.mjs OUT");
await build({
  entryPoints: ["dev/demo.ts"],
  bundle: true,
  format: "esm",
  target: "es2022",
  outfile: `${out}/demo.js`,
  logLevel: "warning",
});
await build({ entryPoints: ["src/style.css"], bundle: true, outfile: `${out}/demo.css`, logLevel: "warning" });
await writeFile(
  `${out}/index.html`,
  '<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="demo.css"><body style="margin:0"><div id="here"></div><script type="module" src="demo.js"></script>\n',
);
