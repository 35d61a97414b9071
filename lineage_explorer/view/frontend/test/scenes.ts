// Small scenes for the tests, made as bytes and decoded, so that the wire is always in the way.

import { encode, type FakeEdge, type FakeNode, type FakeScene } from "../dev/fake";
import { decodeScene, type Scene } from "../src/wire";

export function node(id: string, more: Partial<FakeNode> = {}): FakeNode {
  return { id, kind: "dataset", label: id, x: 0, y: 0, w: 208, h: 44, rank: 0, ...more };
}

export function scene(nodes: FakeNode[], edges: FakeEdge[], more: Partial<FakeScene> = {}): Scene {
  return decodeScene(encode({ nodes, edges, ...more }));
}

/** A named graph: letters are nodes, "ab" is an edge from a to b; x by rank, y by place. */
export function graphOf(letters: string, pairs: string[], rank: (letter: string) => number = () => 0): Scene {
  const nodes = Array.from(letters).map((id, i) => node(id, { rank: rank(id), x: rank(id) * 300, y: i * 60 }));
  return scene(
    nodes,
    pairs.map((pair) => ({ source: letters.indexOf(pair[0]), target: letters.indexOf(pair[1]) })),
  );
}

export const lettersOf = (scene: Scene, flags: Uint8Array) => scene.nodes.id.filter((_, i) => flags[i]).join("");
