import { multiply, one, type Magnitude } from './magnitude.ts';

/** The product of `count` factors, all of them one at first. A factor changes in logarithmic time. */
export class ChangingProduct {
  /** A binary tree: node k is the product of the nodes 2k and 2k + 1, the last `count` nodes are the factors. */
  private readonly nodes: Magnitude[];

  constructor(private readonly count: number) {
    this.nodes = new Array<Magnitude>(2 * count).fill(one);
  }

  get value(): Magnitude {
    return this.nodes[1];
  }

  set(index: number, factor: Magnitude): void {
    const { nodes } = this;
    let node = this.count + index;
    nodes[node] = factor;
    while (node > 1) {
      node >>= 1;
      nodes[node] = multiply(nodes[2 * node], nodes[2 * node + 1]);
    }
  }
}
