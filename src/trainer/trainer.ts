import { drawnWeights } from '../common/weightsSource.ts';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import '@tensorflow/tfjs-backend-cpu';
import { networkToCount } from '../analysis/counts/countPlan.ts';
import { streamSeed, uniforms } from '../common/random.ts';
import type { Network } from '../network/network.ts';
import type { TrialChoice } from '../protocol/trial.ts';
import type { Lesson } from './dataSets.ts';
import { forward, variablesOf, withValues, type Variables } from './forward.ts';

const BATCHES = 41;

/** How a network does on all samples. */
export interface Score {
  readonly loss: number | null;
  readonly accuracy: number | null;
}

/** Trains one network on one data set. Everything follows from the seed: the CPU backend leaves nothing to chance. */
export class Trainer {
  step = 0;
  private readonly variables: Variables;
  private readonly optimizer: tf.Optimizer;
  private readonly uniform: () => number;
  private readonly inputs: tf.Tensor2D;
  private readonly targets: tf.Tensor2D;
  private readonly start: Network;

  constructor(
    network: Network,
    private readonly lesson: Lesson,
    private readonly choice: TrialChoice,
  ) {
    const { points, targets, classes } = lesson;
    this.start = networkToCount(network, { source: drawnWeights(choice.seed) });
    this.variables = variablesOf(this.start);
    this.optimizer = optimizerOf(choice);
    this.uniform = uniforms(streamSeed(choice.seed, BATCHES));
    this.inputs = tf.tensor2d(points.map((point) => [...point]));
    const outputs = this.outputCount;
    const wanted =
      classes > 0 && outputs > 1 ? targets.map((target) => oneHot(target, outputs)) : targets.map((y) => [y]);
    this.targets = tf.tensor2d(wanted);
  }

  /** The network as it is now. */
  get network(): Network {
    return withValues(this.start, this.variables);
  }

  trainTo(step: number): void {
    for (; this.step < step; this.step++) {
      tf.tidy(() => {
        const [inputs, targets] = this.batch();
        this.optimizer.minimize(() => this.loss(inputs, targets));
      });
    }
  }

  score(): Score {
    const [outputs, loss] = tf.tidy(() => {
      const all = forward(this.start, this.variables, this.inputs);
      return [all, this.lossOf(all, this.targets)];
    });
    const [value] = loss.dataSync();
    const found = { loss: Number.isFinite(value) ? value : null, accuracy: this.accuracy(outputs) };
    tf.dispose([outputs, loss]);
    return found;
  }

  dispose(): void {
    this.optimizer.dispose();
    for (const own of this.variables) for (const variable of Object.values(own)) variable.dispose();
    for (const tensor of [this.inputs, this.targets]) tensor.dispose();
  }

  private get outputCount(): number {
    return this.start.layers[this.start.outputs[0]].outputShape[0];
  }

  private batch(): [tf.Tensor2D, tf.Tensor2D] {
    const samples = this.lesson.points.length;
    if (this.choice.batch >= samples) return [this.inputs, this.targets];
    const rows = tf.tensor1d(
      Array.from({ length: this.choice.batch }, () => Math.floor(this.uniform() * samples)),
      'int32',
    );
    return [tf.gather(this.inputs, rows), tf.gather(this.targets, rows)];
  }

  private loss(inputs: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
    return this.lossOf(forward(this.start, this.variables, inputs), targets);
  }

  private lossOf(outputs: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
    if (this.lesson.classes === 0) return tf.losses.meanSquaredError(targets, outputs);
    const entropy = this.outputCount === 1 ? tf.losses.sigmoidCrossEntropy : tf.losses.softmaxCrossEntropy;
    return entropy(targets, outputs);
  }

  private accuracy(outputs: tf.Tensor2D): number | null {
    const { classes, targets } = this.lesson;
    if (classes === 0) return null;
    const values = outputs.dataSync();
    const width = this.outputCount;
    const decided = targets.map((_, i) => {
      const own = values.subarray(i * width, (i + 1) * width);
      return width === 1 ? Number(own[0] >= 0) : own.indexOf(Math.max(...own));
    });
    return decided.filter((decision, i) => decision === targets[i]).length / targets.length;
  }
}

/** Before anything is trained. The library writes advice about other backends to the console otherwise. */
export async function prepareTraining(): Promise<void> {
  tf.env().set('PROD', true);
  await tf.setBackend('cpu');
}

function optimizerOf({ optimizer, rate }: TrialChoice): tf.Optimizer {
  switch (optimizer) {
    case 'adam':
      return tf.train.adam(rate);
    case 'sgd':
      return tf.train.sgd(rate);
    case 'momentum':
      return tf.train.momentum(rate, 0.9);
    case 'rmsprop':
      return tf.train.rmsprop(rate);
  }
}

function oneHot(target: number, classes: number): number[] {
  return Array.from({ length: classes }, (_, k) => Number(k === target));
}
