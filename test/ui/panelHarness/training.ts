import { snapshotWeights } from '../../../src/common/weightsSource.ts';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../../scripts/process.mjs';
import { parseDataPoints } from '../../../src/analysis/places/points.ts';
import type { PanelPicture } from '../../../src/protocol/runs.ts';
import type { PanelData, PanelSnapshot, PanelTraining } from '../../../src/protocol/training.ts';
import type { TrialFrame } from '../../../src/protocol/trial.ts';
import { mlpNetwork } from './samples.ts';
import { planePictures } from './scenes.ts';

/** A run as the extension tells it: counts of a real one, and figures like its own beside them. */

const folder = path.join(root, 'test/fixtures/training/spirals');
const { runs } = JSON.parse(readFileSync(path.join(folder, 'expected.json'), 'utf8')) as {
  runs: { file: string; step: number; activationRegions: number }[];
};
const log = JSON.parse(readFileSync(path.join(folder, 'log.json'), 'utf8')) as { loss: number; accuracy: number }[];
const { points, labels } = parseDataPoints(readFileSync(path.join(folder, 'points.csv'), 'utf8'), 2);

const spiralData: PanelData = {
  label: 'points.csv',
  isChosen: false,
  samples: points.length,
  points: Float32Array.from(points.flat()),
  classes: Uint8Array.from(labels!, Number),
};

/** `run` shifts the figures, as another seed would. */
function snapshot(i: number, run: number): PanelSnapshot {
  const { file, step, activationRegions } = runs[i];
  const regions = activationRegions + 61 * run * (i % 3);
  const near = 40 + 6 * i + 3 * run;
  return {
    run,
    file: `/workspace/runs/${run}/${file}`,
    name: file,
    at: step,
    exact: true,
    regions,
    perLayer: [0.12, 0.45, 1, 1].map((share) => Math.round(share * regions)),
    seconds: 0.02,
    perNeuron: { mean: 1.07 - 0.02 * (i % 4), error: 0.01 },
    unitBreakpoints: {
      all: { units: 72, none: 3 + (i % 4), median: 0.9 + 0.02 * i, most: 2.4 + 0.1 * i },
      perLayer: [1, 0.95, 0.8].map((median, layer) => ({ units: 24, none: layer, median, most: 2.4 + 0.1 * i })),
    },
    inPlanes: null,
    distance: { mean: 0.78 - 0.04 * i, error: 0.06 },
    histogram: Array.from({ length: 32 }, (_, bin) => Math.max(0, 20 - 4 * Math.abs(bin - 17 + Math.floor(i / 3)))),
    nearData: { mean: near, error: 7 },
    nearTest: { mean: near - 9, error: 6 },
    nearUniform: { mean: 20 + i, error: 4 },
    dead: 4 + (i % 5),
    alwaysActive: 2,
    log: { step, loss: log[i]?.loss ?? 0.7 / (i + 1), accuracy: log[i]?.accuracy ?? 0.5 },
  };
}

/** `seeds` runs with all their snapshots. */
export function trainingRuns(seeds: number): PanelTraining {
  const { expected, initialization } = mlpNetwork();
  return {
    revision: 40,
    isWhole: true,
    runs: Array.from({ length: seeds }, (_, run) => ({
      label: `runs/${run}`,
      place: `runs/${run}`,
      isNamed: run === 0,
      axis: 'step' as const,
      files: runs.length,
      counted: runs.length,
      problems: [],
    })),
    status: 'watching',
    data: spiralData,
    testData: { label: 'test.csv', isChosen: false },
    method: 'plane',
    why: null,
    domain: '[−1, 1]²',
    expected,
    noMean: null,
    expectedPerNeuron: 0.92,
    expectedNear: { data: 52, uniform: 31 },
    expectedInPlanes: null,
    initialization,
    snapshots: Array.from({ length: seeds }, (_, run) => runs.map((_run, i) => snapshot(i, run))).flat(),
  };
}

/** Two segments across the square. */
export const BOUNDARY = new Float32Array([0, 0.3, 0.5, 0.6, 0.5, 0.6, 1, 0.4]);

export function snapshotPicture(file: string): PanelPicture {
  const { picture } = planePictures(1).get(1)!;
  return { ...picture, source: snapshotWeights(file, 1), boundary: BOUNDARY };
}

export function trialFrame(step: number): TrialFrame {
  const picture = snapshotPicture('');
  return {
    step,
    loss: 0.7 / (1 + step / 50),
    accuracy: 0.5 + 0.49 * (1 - 1 / (1 + step / 50)),
    exact: true,
    regions: 420 + (step % 37),
    perLayer: [80, 420, 420],
    domain: '[−1, 1]²',
    picture,
    line: null,
    data: { ...spiralData, label: 'spirals' },
    targets: new Float32Array(),
  };
}
