// The entry of an exported page: the data lies in the page, no kernel answers.

import { ErrorBox } from "./errors";
import { StaticHost, type Payload } from "./static_host";
import { View } from "./view";

function main(): void {
  const place = document.getElementById("lx-root") ?? document.body;
  const errors = new ErrorBox();
  errors.guard(() => {
    const data = document.getElementById("lx-data")?.textContent;
    if (!data) throw new Error("This page holds no lineage: write it again with lin.write().");
    const view = new View(new StaticHost(JSON.parse(data) as Payload));
    place.append(view.root);
    view.start();
  })();
  if (!errors.element.hidden) place.append(errors.element);
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", main);
else main();
