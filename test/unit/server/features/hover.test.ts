import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyze } from '../../../../src/analysis/analyze.ts';
import { layerHover } from '../../../../src/server/features/hover.ts';

/** The text of a layer's hover, without the line of links. */
function hoverOf(file: string, name: string, text = readFileSync(`examples/${file}`, 'utf8')): string {
  const analysis = analyze(text, file)!.networks[0];
  const layer = analysis.network.layers.find((each) => each.name === name)!;
  return layerHover('file:///x', 0, analysis, [layer]).value.split('\n\n---\n\n').slice(0, -1).join('\n---\n');
}

describe('the hover of a layer', () => {
  it('has one bound for factor and formula, and says why they differ where they do', () => {
    expect(hoverOf('bottleneck.network.json', 'wide_again')).toMatchInlineSnapshot(`
      "**wide_again** · dense, ReLU · 3 → 64 · 64 neurons · 256 parameters · 192 multiply-adds  
      Multiplies the upper bound on linear regions by **6,273**
      ---
      This layer's own factor = Σ<sub>j≤3</sub> C(64, j) = 1 + 64 + 2,016 + 41,664 = 43,745  
      The upper bound grows by less than that, since it follows all layers together.  
      With 128 neurons it would be 349,633 (now 43,745)\\.
      ---
      After this layer: at most **10^19.55** · can reach **10^14.85** · expected **124** on the diagonal of \\[−1, 1\\]¹⁶"
    `);
  });

  it('says how many directions a bottleneck lets through, and what one more unit is worth', () => {
    expect(hoverOf('bottleneck.network.json', 'narrow')).toMatchInlineSnapshot(`
      "**narrow** · dense, ReLU · 64 → 3 · 3 neurons · 195 parameters · 192 multiply-adds  
      Multiplies the upper bound on linear regions by **8**
      ---
      Factor = 2<sup>3</sup> \\= 8  
      Inputs vary in up to 16 directions; at most 3 survive this layer\\. One more neuron would raise the network's upper bound 17.3-fold\\. With 6 neurons it would be 64 (now 8)\\.
      ---
      After this layer: at most **10^15.76** · can reach **10^14.85** · expected **64.9** on the diagonal of \\[−1, 1\\]¹⁶"
    `);
  });

  it('has the figures an engineer asks for', () => {
    expect(hoverOf('lenet.network.json', 'conv2d_2')).toMatchInlineSnapshot(`
      "**conv2d_2** · conv2d, ReLU · 14×14×6 → 10×10×16 · 1,600 neurons · 2,416 parameters · 240,000 multiply-adds · receptive field 14×14  
      Multiplies the upper bound on linear regions by **10^480.99**
      ---
      Factor = Σ<sub>j≤784</sub> C(1600, j)  
      For shared weights this is an upper bound\\.
      ---
      After this layer: at most **10^1399.7** · can reach **10^662.56** · expected **276** on the diagonal of \\[−1, 1\\]⁷⁸⁴"
    `);
  });

  it('says that an affine layer adds nothing', () => {
    expect(hoverOf('deep-mlp.network.json', 'dense_4')).toMatchInlineSnapshot(`
      "**dense_4** · dense · 24 → 1 · 25 parameters · 24 multiply-adds  
      No activation: adds no regions.
      ---
      After this layer: at most **10^7.44** · can reach **10^6.93** · expected **2,311** on \\[−1, 1\\]²"
    `);
  });

  it('says where the figures stop, behind what is not piecewise linear', () => {
    const text = JSON.stringify({
      input: [2],
      layers: [
        { type: 'dense', name: 'a', units: 4, activation: 'relu' },
        { type: 'dense', name: 'b', units: 4, activation: 'gelu' },
        { type: 'dense', name: 'c', units: 4, activation: 'relu' },
      ],
    });
    expect(hoverOf('x.network.json', 'c', text)).toMatchInlineSnapshot(`
      "**c** · dense, ReLU · 4 → 4 · 20 parameters · 16 multiply-adds  
      Region counts stop at gelu (layer b); later layers are not covered\\."
    `);
  });
});
