import { expect, it } from 'vitest';
import { read } from '../../../../src/formats/registry.ts';

const runsOf = (text: string, fileName: string) =>
  (read(text, fileName, { weights: false })?.networks ?? []).map(({ name, run }) => [name, run ?? null]);

const model = (name: string) => `${name} = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1))\n`;

it('reads the run of a network from a comment in or before it', () => {
  const text = `import torch.nn as nn\n# region-lens: run runs/a/step-*.pt\n${model('first')}${model('second')}`;
  expect(runsOf(text, 'nets.py')).toEqual([
    ['first', 'runs/a/step-*.pt'],
    ['second', null],
  ]);
  const after = `import torch.nn as nn\n${model('first')}${model('second')}# region-lens: run runs/b\n`;
  expect(runsOf(after, 'nets.py')).toEqual([
    ['first', null],
    ['second', 'runs/b'],
  ]);
});

it('reads it from TypeScript, and from the field of a definition', () => {
  const script = `import * as tf from '@tensorflow/tfjs';
// region-lens: run runs/c/step-*.npz
const model = tf.sequential();
model.add(tf.layers.dense({ units: 4, activation: 'relu', inputShape: [2] }));
`;
  expect(runsOf(script, 'net.ts').map(([, run]) => run)).toEqual(['runs/c/step-*.npz']);
  const native = { input: [2], run: 'runs/d', layers: [{ type: 'dense', units: 4, activation: 'relu' }] };
  expect(runsOf(JSON.stringify(native), 'a.network.json').map(([, run]) => run)).toEqual(['runs/d']);
});

it('says that a run is a text', () => {
  const wrong = JSON.stringify({ input: [2], run: 3, layers: [{ type: 'dense', units: 4 }] });
  const problems = read(wrong, 'a.network.json', { weights: false })?.problems ?? [];
  expect(problems.map(({ message }) => message)).toEqual([
    'run must be a folder or a pattern such as "runs/a/step-*.pt".',
  ]);
});
