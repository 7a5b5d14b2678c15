import { describe, expect, it } from 'vitest';
import { analyze } from '../../../../src/analysis/analyze.ts';
import {
  designDefinition,
  designFigures,
  fit,
  OBJECTIVE_BOUNDS,
  type FitTask,
} from '../../../../src/analysis/designs/fit.ts';
import { widthGroups } from '../../../../src/analysis/designs/widthGroups.ts';
import { buildNetwork } from '../../../../src/network/build.ts';
import { totalParameters } from '../../../../src/network/parameters.ts';
import { TheoryContext } from '../../../../src/theory/context.ts';
import { BoundTable } from '../../../../src/theory/registry.ts';

const goOn = () => Promise.resolve(false);
const hidden = (units: number) => ({ type: 'dense', units, activation: 'relu' });

function taskOf(input: number[], layers: object[], changes: Partial<FitTask> = {}): FitTask {
  const { definition } = analyze(JSON.stringify({ input, layers }), 'x.network.json')!.networks[0];
  return {
    definition,
    groups: widthGroups(definition),
    depth: null,
    maxParameters: 60,
    maxMultiplyAdds: Infinity,
    objective: 'at-most',
    minWidth: 1,
    options: {},
    maxEvaluations: 10_000,
    ...changes,
  };
}

describe('a fit', () => {
  it('finds what trying all widths finds', async () => {
    const task = taskOf([2], [hidden(3), hidden(3), { type: 'dense', units: 1 }]);
    const { designs, isExhaustive } = await fit(task, goOn);
    expect(isExhaustive).toBe(true);
    let best = -1;
    for (let a = 1; a <= 20; a++) {
      for (let b = 1; b <= 20; b++) {
        const { network } = buildNetwork(designDefinition(task, [a, b], 1));
        if (totalParameters(network.layers)! > task.maxParameters) continue;
        const bound = new BoundTable(TheoryContext.of(network)).get(OBJECTIVE_BOUNDS['at-most']);
        best = Math.max(best, bound.value!.log10);
      }
    }
    expect(designs[0].log10).toBe(best);
    for (const { parameters } of designs) expect(parameters).toBeLessThanOrEqual(60);
  });

  it('searches where there are too many designs, never above the budget, and says so', async () => {
    const layers = [hidden(8), hidden(8), hidden(8), hidden(8), { type: 'dense', units: 3 }];
    const task = taskOf([4], layers, { maxParameters: 800, maxEvaluations: 150, maxMultiplyAdds: 700 });
    const result = await fit(task, goOn);
    expect(result.isExhaustive).toBe(false);
    expect(result.evaluated).toBeLessThanOrEqual(200);
    const start = designFigures(task, null)!.upper!.value!.log10;
    expect(result.designs[0].log10).toBeGreaterThan(start);
    for (const { parameters, multiplyAdds } of result.designs) {
      expect(parameters).toBeLessThanOrEqual(800);
      expect(multiplyAdds).toBeLessThanOrEqual(700);
    }
  });

  it('varies the depth as well', async () => {
    const task = taskOf(
      [2],
      [
        { ...hidden(4), name: 'h' },
        { type: 'dense', units: 1 },
      ],
      {
        depth: { layer: 'h', from: 1, to: 3 },
      },
    );
    const { designs } = await fit(task, goOn);
    expect(designs.map(({ copies }) => copies)).toContain(3);
    const [{ widths, copies, parameters }] = designs;
    expect(totalParameters(buildNetwork(designDefinition(task, widths, copies)).network.layers)).toBe(parameters);
  });

  it('ends with what it has when it is asked to', async () => {
    let calls = 0;
    const task = taskOf([2], [hidden(3), hidden(3), hidden(1)]);
    const { designs, isExhaustive } = await fit(task, () => Promise.resolve(++calls > 3));
    expect(isExhaustive).toBe(false);
    expect(designs).toHaveLength(3);
  });

  it('never counts a mean above what is possible', async () => {
    const task = taskOf([2], [hidden(24), hidden(24), hidden(24), { type: 'dense', units: 1 }], {
      maxParameters: 300,
      objective: 'expected-plane',
      maxEvaluations: 60,
    });
    for (const { widths, copies, log10 } of (await fit(task, goOn)).designs) {
      expect(log10).toBeLessThanOrEqual(designFigures(task, { widths, copies })!.upper!.value!.log10 + 1e-9);
    }
  });
});

describe('width groups', () => {
  it('tie the layers whose outputs are added, and leave the outputs alone', () => {
    const layers = [
      { ...hidden(8), name: 'a' },
      { ...hidden(5), name: 'b' },
      { type: 'dense', name: 'c', units: 8 },
      { type: 'add', name: 'sum', inputs: ['a', 'c'] },
      { type: 'dense', name: 'out', units: 2 },
    ];
    const groups = taskOf([3], layers).groups.map(({ layers: names, width }) => [names, width]);
    expect(groups).toEqual([
      [['a', 'c'], 8],
      [['b'], 5],
    ]);
  });

  it('leave out layers whose width the input of a sum sets', () => {
    const layers = [
      { type: 'dense', name: 'a', units: 3, activation: 'relu' },
      { type: 'add', name: 'sum', inputs: ['a', 'input'] },
      { type: 'dense', name: 'out', units: 2 },
    ];
    expect(taskOf([3], layers).groups).toEqual([]);
  });
});
