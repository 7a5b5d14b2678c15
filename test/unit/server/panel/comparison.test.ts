import { drawnWeights } from '../../../../src/common/weightsSource.ts';
import { describe, expect, it } from 'vitest';
import { analyze } from '../../../../src/analysis/analyze.ts';
import { planCount } from '../../../../src/analysis/counts/countPlan.ts';
import { LineIndex } from '../../../../src/analysis/lineIndex.ts';
import { count } from '../../../../src/counting/countRegions.ts';
import { read } from '../../../../src/formats/registry.ts';
import { buildNetwork } from '../../../../src/network/build.ts';
import type { Network } from '../../../../src/network/network.ts';
import { comparedText, panelComparison, type Compared } from '../../../../src/server/panel/comparison.ts';

/** A file with one dense network for each list of widths. */
function compared(fileName: string, ...networks: readonly (readonly number[])[]): Compared {
  const text = networks.length === 1 ? native(fileName, networks[0]) : source(networks);
  const file = networks.length === 1 ? `${fileName}.network.json` : `${fileName}.ts`;
  const analysis = analyze(text, file, {}, null, { text: () => undefined })!;
  const document = {
    uri: `file:///${file}`,
    version: 1,
    text,
    fileName: file,
    analysis,
    lines: new LineIndex(text),
    shown: [],
    source: { uri: `file:///${file}`, version: 1, fileName: file },
  };
  return { document, networks: null };
}

function native(name: string, [inputs, ...widths]: readonly number[]): string {
  const layers = widths.map((units, i) => ({
    type: 'dense',
    units,
    activation: i < widths.length - 1 ? 'relu' : 'linear',
  }));
  return JSON.stringify({ name, input: [inputs], layers });
}

function source(networks: readonly (readonly number[])[]): string {
  const models = networks.map(([inputs, ...widths], i) => {
    const layers = widths.map(
      (units, k) =>
        `m${i}.add(tf.layers.dense({ units: ${units}, ${k === 0 ? `inputShape: [${inputs}], ` : ''}activation: 'relu' }));`,
    );
    return `const m${i} = tf.sequential();\n${layers.join('\n')}`;
  });
  return `import * as tf from '@tensorflow/tfjs';\n${models.join('\n')}\n`;
}

const spirals = [compared('spiral', [2, 16, 16, 2]), compared('spiral-wide', [2, 70, 2])];

describe('two designs of as many parameters', () => {
  it('are ranked by what they could do and by what random networks do, also for a parameter', () => {
    const { rows, mean } = panelComparison(spirals, false, []);
    expect(mean).toBe('[−1, 1]²');
    expect(
      rows.map(({ name, figures }) => [
        name,
        figures?.parameters,
        figures?.atMost?.total.text,
        figures?.expected?.total.text,
      ]),
    ).toEqual([
      ['spiral', 354, '18,769', '475'],
      ['spiral-wide', 352, '2,486', '2,269'],
    ]);
    const [deep, wide] = rows.map(({ figures }) => figures!);
    expect(deep.expected?.perParameter?.log10).toBeCloseTo(Math.log10(475 / 354), 2);
    expect(wide.expected?.perParameter?.log10).toBeCloseTo(Math.log10(2269 / 352), 2);
  });

  it('have no place for their mean in common where their inputs are of different numbers', () => {
    const { mean } = panelComparison([compared('a', [3, 20, 1]), compared('b', [5, 20, 1])], false, []);
    expect(mean).toBe('the diagonal of [−1, 1]ⁿ');
  });
});

describe('the networks of one file', () => {
  it('are compared in the order given', () => {
    const file = compared('models', [2, 16], [2, 8, 8]);
    const { rows } = panelComparison([{ ...file, networks: [1, 0] }], false, []);
    expect(rows.map(({ figures }) => figures?.neurons)).toEqual([16, 16]);
    expect(rows.map(({ figures }) => figures?.layerNames.length)).toEqual([2, 1]);
  });
});

describe('the text of a row', () => {
  const regions = (network: Network): number =>
    count(
      planCount(network, {
        method: 'plane',
        source: drawnWeights(3),
        linear: false,
        keepRegions: false,
        limits: {},
      }),
    ).activationRegions;

  it('is the network itself: a random network of it has as many regions', () => {
    const { rows } = panelComparison(spirals, true, []);
    const found = comparedText(spirals, rows[0].key)!;
    const own = spirals[0].document.analysis.networks[0].network;
    const again = buildNetwork(read(found.text, 'a.network.json', { weights: false })!.networks[0]).network;
    expect(found.layers).toEqual([0, 1]);
    expect(regions(again)).toBe(regions(own));
  });

  it('is that of a counterpart, and none for a row that is not there', () => {
    const { rows } = panelComparison(spirals, true, []);
    const dense = rows.find(({ role }) => role === 'dense-same-parameters')!;
    const found = comparedText(spirals, dense.key)!;
    expect(read(found.text, 'a.network.json', { weights: false })!.networks[0].layers[0].operation).toMatchObject({
      units: 70,
    });
    expect(comparedText(spirals, 'nobody')).toBeNull();
  });
});
