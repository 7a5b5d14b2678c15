import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { networkWithWeights } from '../../src/analysis/counts/networkWeights.ts';
import { gaussians, streamSeed, uniforms } from '../../src/common/random.ts';
import { writeSafetensors } from '../../src/formats/weights/writeSafetensors.ts';
import { prepareTraining, Trainer } from '../../src/trainer/trainer.ts';

const INPUTS = 784;
const CLASSES = 10;
const SAMPLES = 1000;
const STEPS_BETWEEN = 2;

/** A network on images, as a native file. */
export const definition = JSON.stringify({
  input: [INPUTS],
  layers: [
    { type: 'dense', units: 128, activation: 'relu' },
    { type: 'dense', units: 64, activation: 'relu' },
    { type: 'dense', units: CLASSES },
  ],
});

/**
 * Writes `net.network.json`, `data.csv` and `run/step-00000.safetensors` and so on: normal points around ten centers,
 * and a network that learns to tell them apart.
 */
export async function makeRun(folder: string, snapshots: number): Promise<void> {
  await prepareTraining();
  const { network } = networkWithWeights(definition, 'net.network.json', 0, null, { text: () => undefined })!;
  const [gaussian, uniform] = [gaussians(streamSeed(1, 2)), uniforms(streamSeed(1, 3))];
  const centers = Array.from({ length: CLASSES }, () => Array.from({ length: INPUTS }, () => 0.3 * gaussian()));
  const targets = Array.from({ length: SAMPLES }, () => Math.floor(CLASSES * uniform()));
  const points = targets.map((target) => centers[target].map((x) => x + 0.6 * gaussian()));
  const rows = points.map((point, i) => [...point.map((x) => x.toFixed(4)), targets[i]].join(','));
  await mkdir(path.join(folder, 'run'));
  await writeFile(path.join(folder, 'net.network.json'), definition);
  await writeFile(path.join(folder, 'data.csv'), rows.join('\n'));
  const choice = { dataSet: 'file', optimizer: 'adam', rate: 0.001, batch: 32, seed: 1 } as const;
  const trainer = new Trainer(network, { points, targets, classes: CLASSES }, choice);
  for (let i = 0; i < snapshots; i++) {
    trainer.trainTo(STEPS_BETWEEN * i);
    const name = `step-${String(trainer.step).padStart(5, '0')}.safetensors`;
    await writeFile(path.join(folder, 'run', name), writeSafetensors(trainer.network));
  }
  trainer.dispose();
}
