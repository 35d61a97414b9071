// The entry of an exported page: the data lies in the page, no kernel answers.

import { ErrorBox } from "./errors";
import { fromBase64, StaticHost, type Payload } from "./static_host";
import { View } from "./view";

/** What Python put into the page: JSON, or where that is long, JSON compressed. */
async function held(): Promise<Payload> {
  const element = document.getElementById("lx-data");
  const text = element?.textContent;
  if (!text) throw new Error("This page holds no lineage: write it again with lin.write().");
  if (element.getAttribute("type") === "application/json") return JSON.parse(text) as Payload;
  const bytes = new Blob([fromBase64(text) as Uint8Array<ArrayBuffer>]);
  return (await new Response(bytes.stream().pipeThrough(new DecompressionStream("deflate-raw"))).json()) as Payload;
}

async function main(): Promise<void> {
  const place = document.getElementById("lx-root") ?? document.body;
  const errors = new ErrorBox();
  try {
    const view = new View(new StaticHost(await held()));
    place.append(view.root);
    view.start();
  } catch (error) {
    errors.show(error);
    place.append(errors.element);
  }
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => void main());
else void main();
