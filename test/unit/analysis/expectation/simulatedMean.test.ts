import { drawnWeights } from '../../../../src/common/weightsSource.ts';
import { describe, expect, it } from 'vitest';
import type { CountResult } from '../../../../src/counting/count.ts';
import { simulatedIds, simulatedMean, simulationChoice } from '../../../../src/analysis/expectation/simulatedMean.ts';
import { build, dense, denseNetwork, layer } from '../../network/definitions.ts';

function counted(perLayer: readonly number[], exact = true): CountResult {
  const activationRegions = perLayer[perLayer.length - 1];
  return {
    method: 'line',
    exact,
    stoppedBy: exact ? null : 'request',
    activationRegions,
    linearRegions: null,
    perLayer,
    seconds: 1,
    regions: null,
    line: null,
  };
}

describe('simulated means', () => {
  const network = denseNetwork(3, [4, 4]);

  it('are means of counts, after every layer, with their standard error', () => {
    const counts = [counted([2, 10]), counted([3, 20]), counted([7, 60])];
    const mean = simulatedMean('simulated-line', network, [5, 6, 7], counts, {});
    expect(mean).toMatchObject({ id: 'simulated-line', kind: 'mean', of: 'activation', applies: true });
    expect(10 ** mean.value!.log10).toBeCloseTo(30, 9);
    expect(mean.perLayer!.map((cut) => Math.round(10 ** cut!.log10))).toEqual([4, 30]);
    // Deviations -20, -10, 30: variance 1400 / 2, and 700 / 3 of the mean.
    expect(Math.sqrt(700 / 3).toPrecision(2)).toBe('15');
    expect(mean.note).toBe(
      'simulated mean of 3 random networks, seeds 5 to 7; standard error 15; ' +
        'on the segment from (−1, …, −1) to (1, …, 1); He normal, bias deviation 0.1',
    );
  });

  it('are refused when a count was not finished', () => {
    for (const counts of [[counted([2, 10]), counted([3, 20], false)], [counted([2, 10])]]) {
      const mean = simulatedMean('simulated-line', network, [1, 2], counts, {});
      expect(mean).toMatchObject({ applies: false, value: null, perLayer: null, note: null });
      expect(mean.reason).toBe('Stopped before all networks were counted.');
    }
  });

  it('say nothing of what is not piecewise linear', () => {
    const written = [dense('a', 4), layer('s', { kind: 'notPiecewiseLinear', what: 'attention' })];
    const partly = build([2], written).network;
    const mean = simulatedMean('simulated-line', partly, [1, 2], [counted([3, 3]), counted([5, 5])], {});
    expect(mean.perLayer!.map((cut) => cut && Math.round(10 ** cut.log10))).toEqual([4, null]);
  });

  it('are for the domains of the closed formulas', () => {
    const parallelogram = { origin: [0, 0, 0], u: [1, 0, 0], v: [0, 1, 0] };
    expect(simulatedIds(network, {})).toEqual(['simulated-line']);
    expect(simulatedIds(network, { parallelogram })).toEqual(['simulated-plane', 'simulated-line']);
    expect(simulatedIds(denseNetwork(2, [4]), {})).toEqual(['simulated-plane', 'simulated-line']);
    expect(simulationChoice('simulated-plane', 9, { parallelogram })).toMatchObject({
      method: 'plane',
      source: drawnWeights(9),
      place: { kind: 'parallelogram', ...parallelogram },
    });
  });
});
