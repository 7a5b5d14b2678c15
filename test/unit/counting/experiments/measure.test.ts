import { fileWeights } from '../../../../src/common/weightsSource.ts';
import { describe, expect, it } from 'vitest';
import { summarize, planExperiment, type ExperimentChoice } from '../../../../src/analysis/counts/experiment.ts';
import { compile } from '../../../../src/counting/program/compile.ts';
import { count } from '../../../../src/counting/countRegions.ts';
import { lengthOf, meanProjection, randomChords, randomPoints } from '../../../../src/counting/experiments/crofton.ts';
import { drawWeights } from '../../../../src/counting/program/initializers.ts';
import { LocalGradients } from '../../../../src/counting/experiments/localGradients.ts';
import { runExperiment } from '../../../../src/counting/experiments/measure.ts';
import { NearestBoundaries } from '../../../../src/counting/experiments/nearestBoundary.ts';
import type { Network } from '../../../../src/network/network.ts';
import expectedRegions from '../../../fixtures/reference/expected_regions.json';
import simulated from '../../../fixtures/reference/hanin_rolnick_simulated.json';
import { chain, dense, fixture, networkOf, tensor } from '../networks.ts';

const choice: ExperimentChoice = { source: fileWeights(1), placesSeed: 5, chords: 100, points: 50 };
const box = (n: number) => ({ lower: Array<number>(n).fill(-1), upper: Array<number>(n).fill(1) });

/** Sides of the polygons of a two-input network in [-1, 1]^2 on which it bends; those inside are there twice. */
function bentSides(network: Network): [number, number, number, number][] {
  const parallelogram = { origin: [-1, -1], u: [2, 0], v: [0, 2] };
  const domain = { kind: 'parallelogram', ...parallelogram } as const;
  const request = { network, method: 'plane', domain, linear: false, keepRegions: true, limits: {} } as const;
  const { vertices, offsets, edgeLayers } = count(request).regions!;
  const sides: [number, number, number, number][] = [];
  for (let i = 0; i + 1 < offsets.length; i++) {
    for (let k = offsets[i]; k < offsets[i + 1]; k++) {
      const next = k + 1 === offsets[i + 1] ? offsets[i] : k + 1;
      const at = (corner: number) => [2 * vertices[2 * corner] - 1, 2 * vertices[2 * corner + 1] - 1] as const;
      if (edgeLayers[k] >= 0) sides.push([...at(k), ...at(next)]);
    }
  }
  return sides;
}

function distanceToSide([x, y]: readonly number[], [ax, ay, bx, by]: readonly number[]): number {
  const [dx, dy] = [bx - ax, by - ay];
  const t = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}

describe("Crofton's formula", () => {
  it('has its constant', () => {
    expect([1, 2, 3, 4, 5].map(meanProjection)).toEqual([1, 2 / Math.PI, 1 / 2, 4 / (3 * Math.PI), 3 / 8]);
  });

  it('draws chords that end on the box', () => {
    for (const { from, to } of randomChords(box(3), 50, 2)) {
      for (const end of [from, to]) expect(Math.max(...end.map(Math.abs))).toBeCloseTo(1, 14);
    }
  });

  it.each([2, 3, 6])('finds the one hyperplane through a box of %i dimensions', (n) => {
    // Through the middle, perpendicular to the first axis: 2^(n - 1) of boundary in a volume of 2^n.
    const kernel = tensor(Array.from({ length: n }, (_, i) => [i === 0 ? 1 : 0]));
    const network = networkOf([n], [dense(1, 'relu', { kernel, bias: tensor([0]) })]);
    const draws = { ...choice, chords: 8000, points: 0 };
    const { boundaryDensity, boundaryVolume } = summarize(network, draws, [
      runExperiment(planExperiment(network, draws)),
    ]);
    expect(boundaryDensity[0]!.mean).toBeGreaterThan(0.5 * 0.96);
    expect(boundaryDensity[0]!.mean).toBeLessThan(0.5 * 1.04);
    expect(boundaryVolume!.mean).toBeCloseTo(boundaryDensity[0]!.mean * 2 ** n, 12);
  });

  it('finds the length of all boundaries in a square', () => {
    const network = drawWeights(chain([2, 10, 10, 1]), 3);
    const exact = bentSides(network).reduce((sum, [ax, ay, bx, by]) => sum + Math.hypot(bx - ax, by - ay) / 2, 0);
    const { chords } = runExperiment(planExperiment(network, { ...choice, chords: 6000, points: 0 }));
    const each = chords.map(({ length, breakpoints }) => (4 * breakpoints.at(-1)!) / length / meanProjection(2));
    const mean = each.reduce((sum, x) => sum + x, 0) / each.length;
    const error = Math.sqrt(each.reduce((sum, x) => sum + (x - mean) ** 2, 0)) / each.length;
    expect(error / exact).toBeLessThan(0.01);
    expect(Math.abs(mean - exact)).toBeLessThan(4 * error);
  });
});

describe('regions in planes', () => {
  it('are those that the method of whole cells finds', () => {
    const network = drawWeights(chain([3, 7, 6, 1]), 9);
    const planes = [
      { kind: 'parallelogram', origin: [-1, -0.5, 0.2], u: [2, 0.3, 0.1], v: [-0.2, 1.5, 0.7] },
      { kind: 'parallelogram', origin: [0, 0, 0], u: [1, 0, 0], v: [0, 0, 3] },
    ] as const;
    const { planes: found, complete } = runExperiment({ network, segment: null, chords: [], points: [], planes });
    expect(complete).toBe(true);
    found.forEach(({ exact, perLayer }, i) => {
      const request = { network, domain: planes[i], linear: false, keepRegions: false, limits: {} };
      expect(exact).toBe(true);
      expect(perLayer).toEqual(count({ ...request, method: 'cells', cellsBy: 'programs' }).perLayer);
    });
    expect(found[0].perLayer.at(-1)).toBeGreaterThan(10);
  });
});

describe('the distance to the nearest boundary', () => {
  it.each([
    ['relu', 4],
    ['relu6', 5],
    ['hard_tanh', 6],
    ['abs', 7],
  ])('is that to the nearest side of a polygon (%s)', (activation, seed) => {
    const network = drawWeights(chain([2, 9, 9, 1], activation, 0.5), seed);
    const sides = bentSides(network);
    const program = compile(network);
    const boundaries = new NearestBoundaries(program);
    let compared = 0;
    for (const point of randomPoints(box(2), 200, seed)) {
      const { distance } = boundaries.of(point);
      // Beyond the square there are boundaries that no polygon shows.
      if (distance > 1 - Math.max(Math.abs(point[0]), Math.abs(point[1]))) continue;
      compared++;
      expect(distance).toBeCloseTo(Math.min(...sides.map((side) => distanceToSide(point, side))), 9);
    }
    expect(compared).toBeGreaterThan(100);
  });

  it('has a foot point at which that unit bends, and no other before it', () => {
    const network = drawWeights(
      networkOf(
        [6],
        [dense(8, 'relu'), { operation: { kind: 'maxout', units: 6, rank: 3 } }, dense(5, 'relu6'), dense(2)],
      ),
      8,
    );
    const program = compile(network);
    const boundaries = new NearestBoundaries(program);
    const gradients = new LocalGradients(program);
    for (const point of randomPoints(box(6), 60, 1)) {
      const { layer, unit, foot, bendsOutput } = boundaries.of(point);
      const piecesAt = (share: number) => {
        gradients.moveTo(point.map((x, k) => x + share * (foot[k] - x)));
        return gradients.patterns.map((pieces) => Array.from(pieces));
      };
      const [start, before, beyond] = [0, 1 - 1e-7, 1 + 1e-7].map(piecesAt);
      expect(before).toEqual(start);
      const stage = program.stages.findIndex((step) => step.layer === layer);
      expect(beyond[stage][unit]).not.toBe(before[stage][unit]);
      expect(bendsOutput).toBe(outputDiffers(point, foot));
    }
    function outputDiffers(point: readonly number[], foot: Float64Array): boolean {
      const mapAt = (share: number) => {
        gradients.moveTo(point.map((x, k) => x + share * (foot[k] - x)));
        return [0, 1].flatMap((k) => [...gradients.find(program.outputs[0], k).gradient]);
      };
      const [here, there] = [mapAt(0), mapAt(1 + 1e-7)];
      return here.some((x, k) => Math.abs(x - there[k]) > 1e-6);
    }
  });

  it('says where nothing changes beyond a boundary', () => {
    // relu(x) - relu(-x) is x: two units bend at 0, the output does not.
    const network = fixture('degenerate_identity_relu_x_minus_relu_negx');
    const found = nearest(network, [0.25]);
    expect(found).toMatchObject({ distance: 0.25, bendsOutput: false });
    const bent = nearest(drawWeights(chain([1, 4, 1]), 2), [0.25]);
    expect(bent.bendsOutput).toBe(true);
  });

  it('is infinite where no unit depends on the input', () => {
    const network = networkOf(
      [2],
      [
        dense(2, 'relu', {
          kernel: tensor([
            [0, 0],
            [0, 0],
          ]),
          bias: tensor([1, -1]),
        }),
      ],
    );
    expect(nearest(network, [0, 0])).toMatchObject({ distance: Infinity, layer: -1 });
    expect(runExperiment(planExperiment(network, choice)).points[0]).toMatchObject({ distance: null, layer: -1 });
  });

  function nearest(network: Network, point: readonly number[]) {
    return new NearestBoundaries(compile(network)).of(point);
  }
});

describe('measurements over random networks', () => {
  const over = (network: Network, draws: number, more: Partial<ExperimentChoice> = {}) => {
    const choices = Array.from({ length: draws }, (_, i) => ({ ...choice, ...more, source: fileWeights(i + 1) }));
    return summarize(
      network,
      choices[0],
      choices.map((each) => runExperiment(planExperiment(network, each))),
    );
  };

  it('agree with the Kac-Rice means on the same segment and chords', () => {
    const network = chain([3, 40, 40, 1]);
    const { regionsOnSegment, boundaryDensity, expected } = over(network, 60, { chords: 20, points: 0 });
    if ('reason' in expected) throw new Error(expected.reason);
    for (const layer of [0, 1]) {
      const [line, boundary] = [regionsOnSegment[layer]!, boundaryDensity[layer]!];
      expect(Math.abs(line.mean - expected.regionsOnSegment[layer]!)).toBeLessThan(4 * line.standardError!);
      expect(Math.abs(boundary.mean - expected.boundaryDensity[layer]!)).toBeLessThan(4 * boundary.standardError!);
      expect(line.standardError! / line.mean).toBeLessThan(0.05);
    }
  });

  it('find the exact mean of one hidden layer on an interval', () => {
    for (const { neurons, sigma_w, sigma_b, expected_regions } of expectedRegions.one_hidden_layer_1d_exact) {
      const initialization = { kernel: 'normal', kernelStddev: sigma_w, biasStddev: sigma_b } as const;
      const { regionsOnSegment, breakpointsPerNeuron } = over(chain([1, neurons, 1]), 300, {
        initialization,
        chords: 1,
        points: 0,
      });
      const { mean, standardError } = regionsOnSegment[0]!;
      expect(Math.abs(mean - expected_regions)).toBeLessThan(4 * standardError!);
      expect(breakpointsPerNeuron[0]!.mean).toBeCloseTo((mean - 1) / neurons, 12);
    }
  });

  it('agree with simulated counts of shallow and deep networks in the plane', () => {
    for (const { n0, widths, counts } of simulated) {
      const domain = { kind: 'all' } as const;
      const ours = counts.map((_, i) => {
        const network = drawWeights(chain([n0, ...widths, 1], 'relu', 1), i + 1);
        return count({ network, method: 'cells', domain, linear: false, keepRegions: false, limits: {} })
          .activationRegions;
      });
      const moments = (values: number[]) => {
        const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
        return {
          mean,
          variance: values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1) / values.length,
        };
      };
      const [a, b] = [moments(ours), moments(counts)];
      expect(Math.abs(a.mean - b.mean)).toBeLessThanOrEqual(4 * Math.sqrt(a.variance + b.variance));
    }
  });

  it('bring the mean distance down as one over the number of neurons', () => {
    const distances = [20, 80].map((width) => over(chain([2, width, width, 1]), 12, { chords: 1 }).distance);
    for (const { timesNeurons, points } of distances) {
      expect(points).toBe(50);
      expect(timesNeurons!.mean).toBeGreaterThan(0.5);
      expect(timesNeurons!.mean).toBeLessThan(3);
    }
    expect(distances[0].mean!.mean / distances[1].mean!.mean).toBeGreaterThan(3);
  });

  it('stop when asked, with what was done, and say so', () => {
    const network = drawWeights(chain([2, 8, 1]), 1);
    let done = 0;
    const hooks = { progress: () => void done++, stopped: () => done >= 3 };
    const measured = runExperiment(planExperiment(network, choice), hooks);
    expect(measured.complete).toBe(false);
    expect(measured.chords).toHaveLength(2);
    expect(measured.points).toHaveLength(0);
    expect(summarize(network, choice, [measured])).toMatchObject({ complete: false, distance: { mean: null } });
  });

  it('take the length of a chord in the input space', () => {
    expect(lengthOf({ from: [0, 0, 1], to: [3, 4, 1] })).toBe(5);
  });
});
