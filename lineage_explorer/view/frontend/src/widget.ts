// The anywidget entry: one view per output, several views of one model allowed.

import { ErrorBox } from "./errors";
import { KernelHost, type Model } from "./sync";
import { View } from "./view";

interface RenderProps {
  readonly model: Model;
  readonly el: HTMLElement;
}

function render({ model, el }: RenderProps): () => void {
  const errors = new ErrorBox();
  try {
    const host = new KernelHost(model);
    const view = new View(host);
    el.append(view.root);
    view.start();
    return () => {
      view.dispose();
      host.dispose();
    };
  } catch (error) {
    el.append(errors.element);
    errors.show(error);
    return () => errors.element.remove();
  }
}

export default () => ({ render });
