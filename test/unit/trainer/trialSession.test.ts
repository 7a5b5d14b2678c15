import { fileWeights } from '../../../src/common/weightsSource.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { networkWithWeights } from '../../../src/analysis/counts/networkWeights.ts';
import { planCount } from '../../../src/analysis/counts/countPlan.ts';
import { count } from '../../../src/counting/countRegions.ts';
import { describeRegion } from '../../../src/counting/regions/describeRegion.ts';
import { openWeights } from '../../../src/formats/weights/open.ts';
import type { TrialChoice } from '../../../src/protocol/trial.ts';
import { makeLesson, type Lesson } from '../../../src/trainer/dataSets.ts';
import { prepareTraining } from '../../../src/trainer/trainer.ts';
import { TrialSession, type TrialRequest } from '../../../src/trainer/trialSession.ts';

beforeAll(() => prepareTraining());

const layersOf = (widths: readonly number[], outputs: number) => [
  ...widths.map((units) => ({ type: 'dense', units, activation: 'relu' })),
  { type: 'dense', units: outputs },
];

function requestFor(input: number, layers: readonly object[], choice: Partial<TrialChoice> = {}): TrialRequest {
  return {
    network: { text: JSON.stringify({ input: [input], layers }), fileName: 'a.network.json', network: 0 },
    choice: { dataSet: 'xor', optimizer: 'adam', rate: 0.02, batch: 64, seed: 3, ...choice },
    data: null,
    box: { kind: 'box', lower: -1, upper: 1 },
    step: 0,
    ahead: null,
  };
}

const plane = requestFor(2, layersOf([8, 8], 1));

/** The network of a snapshot's file, as the counter takes it. */
function counterOf(bytes: Uint8Array, { network: { text, fileName } }: TrialRequest) {
  const source = {
    name: 'a.safetensors',
    size: bytes.length,
    read: (at: number, n: number) => bytes.slice(at, at + n),
  };
  const { match } = networkWithWeights(text, fileName, 0, openWeights(source))!;
  const choice = {
    method: 'plane',
    source: fileWeights(1),
    linear: false,
    keepRegions: false,
    limits: {},
  } as const;
  return planCount(match!.attach(), choice);
}

/** Share of the samples that the counter's own maps put on the right side. */
function accuracyOf(bytes: Uint8Array, request: TrialRequest, { points, targets }: Lesson): number {
  const { network, domain } = counterOf(bytes, request);
  const isRight = points.map(([x, y], i) => {
    const { outputs } = describeRegion(network, domain, [(x + 1) / 2, (y + 1) / 2]);
    const [{ coefficients, constant }] = outputs;
    return Number(coefficients[0] * x + coefficients[1] * y + constant >= 0) === targets[i];
  });
  return isRight.filter(Boolean).length / points.length;
}

describe('training in the editor', () => {
  it('learns XOR, and counts the network that it has by then', { timeout: 60_000 }, () => {
    const session = new TrialSession();
    const start = session.at(plane);
    expect(start.loss).toBeGreaterThan(0.4);
    const end = session.at({ ...plane, step: 250 });
    expect(end.loss).toBeLessThan(0.1);
    expect(end.accuracy).toBeGreaterThan(0.97);
    const files = session.files();
    expect(files.map(({ step }) => step)).toEqual([0, 250]);
    // The files are snapshots like any other: read and counted again they give the same regions.
    for (const [i, { result }] of [start, end].entries()) {
      expect(count(counterOf(files[i].bytes, plane)).perLayer).toEqual(result.perLayer);
    }
  });

  it('is at the same weights after the same steps, however it got there', () => {
    const [one, other] = [new TrialSession(), new TrialSession()];
    one.at({ ...plane, step: 3 });
    one.at({ ...plane, step: 12 });
    other.at({ ...plane, step: 30 });
    // An earlier step than the one it is at: it starts again.
    other.at({ ...plane, step: 12 });
    expect(other.files().at(-1)!.bytes).toEqual(one.files().at(-1)!.bytes);
    other.at({ ...plane, choice: { ...plane.choice, seed: 4 }, step: 12 });
    expect(other.files().at(-1)!.bytes).not.toEqual(one.files().at(-1)!.bytes);
  });

  it('trains ahead to the step that is asked for next, and keeps only what was asked for', () => {
    const [one, other] = [new TrialSession(), new TrialSession()];
    for (const step of [0, 4, 8]) {
      const request = { ...plane, step, ahead: step + 4 };
      const [outcome, plain] = [one.at(request), other.at({ ...plane, step })];
      expect({ ...outcome, result: { ...outcome.result, seconds: 0 } }).toEqual({
        ...plain,
        result: { ...plain.result, seconds: 0 },
      });
      one.prepare(request);
    }
    expect(one.files()).toEqual(other.files());
    // Another step than the announced one, another place, and another choice.
    expect(one.at({ ...plane, step: 10 }).step).toBe(10);
    one.prepare({ ...plane, step: 10, ahead: 12 });
    const small = { kind: 'box', lower: -0.1, upper: 0.1 } as const;
    expect(one.at({ ...plane, box: small, step: 12 }).result.activationRegions).toBe(
      other.at({ ...plane, box: small, step: 12 }).result.activationRegions,
    );
    one.prepare({ ...plane, step: 12, ahead: 16 });
    const changed = { ...plane, choice: { ...plane.choice, seed: 4 }, step: 16 };
    expect(one.at(changed).loss).toBe(other.at(changed).loss);
    expect(one.files()).toEqual(other.files());
  });

  it.each(['adam', 'sgd', 'momentum', 'rmsprop'] as const)('lowers the loss with %s', (optimizer) => {
    const rate = { adam: 0.02, sgd: 0.3, momentum: 0.05, rmsprop: 0.01 }[optimizer];
    const request = requestFor(2, layersOf([8], 2), { optimizer, rate, dataSet: 'circles' });
    const session = new TrialSession();
    expect(session.at({ ...request, step: 60 }).loss).toBeLessThan(session.at(request).loss!);
  });

  it('learns a curve of one input, drawn on its line', () => {
    const request = requestFor(1, layersOf([16], 1), { dataSet: 'curve' });
    const session = new TrialSession();
    const [start, end] = [session.at(request), session.at({ ...request, step: 80 })];
    expect(end.loss).toBeLessThan(start.loss!);
    expect(end.accuracy).toBeNull();
    expect(end.result.line!.knots).toHaveLength(end.result.activationRegions + 1);
  });

  it.each([
    ['leaky_relu', [{ type: 'dense', units: 6, activation: 'leaky_relu' }]],
    ['hard_tanh', [{ type: 'dense', units: 6, activation: 'hard_tanh' }]],
    ['prelu', [{ type: 'dense', units: 6, activation: 'prelu' }]],
    ['maxout', [{ type: 'maxout', units: 5, rank: 3 }]],
    [
      'a residual block',
      [
        { type: 'dense', name: 'a', units: 6, activation: 'relu' },
        { type: 'dense', name: 'b', units: 6, activation: 'relu' },
        { type: 'add', inputs: ['a', 'b'] },
      ],
    ],
  ])('computes what the counter counts, with %s', (_, layers) => {
    const request = requestFor(2, [...layers, { type: 'dense', units: 1 }]);
    const session = new TrialSession();
    const { result, accuracy, lesson } = session.at({ ...request, step: 5 });
    // Samples are on the side of the boundary that the library's outputs say: those of the drawn pieces.
    expect(result.regions!.offsets.length - 1).toBe(result.activationRegions);
    expect(accuracy).toBeCloseTo(accuracyOf(session.files().at(-1)!.bytes, request, lesson), 9);
  });

  it.each([
    [requestFor(3, layersOf([4], 1)), 'The samples have 2 numbers each, but the network takes 3.'],
    [
      requestFor(2, [
        { type: 'dense', units: 4, activation: 'tanh' },
        { type: 'dense', units: 1 },
      ]),
      'not piecewise linear',
    ],
    [requestFor(2, layersOf([4], 1), { dataSet: 'file' }), 'Choose a file of data first.'],
    [
      requestFor(4, [
        { type: 'batch_normalization', name: 'norm' },
        { type: 'dense', units: 1 },
      ]),
      'not trained here',
    ],
  ])('says why it cannot train', (request, sentence) => {
    expect(() => new TrialSession().at(request)).toThrow(sentence);
  });
});

describe('data sets', () => {
  it.each(['spirals', 'circles', 'xor', 'moons', 'curve'] as const)(
    '%s lies in the square, the same for a seed',
    (name) => {
      const { points, targets, classes } = makeLesson(name, 1);
      expect(makeLesson(name, 1).points).toEqual(points);
      for (const point of points) for (const x of point) expect(Math.abs(x)).toBeLessThan(1.1);
      if (classes > 0) expect(targets.filter((target) => target === 1).length / targets.length).toBeCloseTo(0.5, 0);
    },
  );
});
