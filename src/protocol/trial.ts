import type { PanelLine, PanelPicture } from './runs.ts';
import type { PanelData } from './training.ts';

/** Training in the editor: a small data set, an optimizer, and how the network is at a step. Plain data. */

export const DATA_SETS = ['spirals', 'circles', 'xor', 'moons', 'curve', 'file'] as const;
export const OPTIMIZERS = ['adam', 'sgd', 'momentum', 'rmsprop'] as const;

/** Everything that training follows from, beside the network: equal choices give equal weights at every step. */
export interface TrialChoice {
  readonly dataSet: (typeof DATA_SETS)[number];
  readonly optimizer: (typeof OPTIMIZERS)[number];
  readonly rate: number;
  /** Samples in each step; all of them where there are no more. */
  readonly batch: number;
  /** Of the weights, the data and the batches. */
  readonly seed: number;
}

/** The network after `step` steps. */
export interface TrialFrame {
  readonly step: number;
  /** Over all samples; null where it is not a number any more. */
  readonly loss: number | null;
  /** Share of samples whose class is right; null where the data have no classes. */
  readonly accuracy: number | null;
  readonly exact: boolean;
  readonly regions: number;
  /** By layer index. */
  readonly perLayer: readonly number[];
  /** Where regions were counted. */
  readonly domain: string;
  /** Of a network of two inputs. */
  readonly picture: PanelPicture | null;
  /** Of a network of one input. */
  readonly line: PanelLine | null;
  readonly data: PanelData;
  /** What is to be learned at each sample, of a network of one input; empty otherwise. */
  readonly targets: Float32Array;
}
