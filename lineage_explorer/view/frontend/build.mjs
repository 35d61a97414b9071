// Makes ../static: the same source gives the same bytes, so CI can rebuild and compare.
import { build } from "esbuild";

const shared = {
  bundle: true,
  minify: true,
  target: ["es2022"],
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
};

await build({ ...shared, entryPoints: ["src/widget.ts"], format: "esm", outfile: "../static/widget.js" });
await build({ ...shared, entryPoints: ["src/standalone.ts"], format: "iife", outfile: "../static/standalone.js" });
await build({ ...shared, entryPoints: ["src/style.css"], outfile: "../static/widget.css" });
