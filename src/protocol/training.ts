import type { CountMethod } from '../counting/count.ts';
import type { UnitBreakpoints } from '../analysis/counts/unitFigures.ts';
import type { PanelSeries } from './panel.ts';

/** What the page about training shows: runs of snapshots, and training in the editor. Plain data. */

/** A mean with its standard error, where there is more than one value. */
export interface MeanFigure {
  readonly mean: number;
  readonly error: number | null;
}

/** What was found with the weights of one snapshot. */
export interface PanelSnapshot {
  /** Position of its run. */
  readonly run: number;
  /** Its address, by which pictures of it are asked for. */
  readonly file: string;
  readonly name: string;
  /** Where it stands in its run: the step, else the epoch, else its number in the order of writing. */
  readonly at: number;
  readonly exact: boolean;
  readonly regions: number;
  /** By layer index. */
  readonly perLayer: readonly number[];
  readonly seconds: number;
  /** On lines through samples of the data, or on random chords of the box. */
  readonly perNeuron: MeanFigure | null;
  /** Breakpoints of each neuron on the same lines; null where they are not known. */
  readonly unitBreakpoints: UnitBreakpoints | null;
  /** In planes through three samples; null without data, and for networks of two inputs. */
  readonly inPlanes: (MeanFigure & { readonly exact: boolean }) | null;
  /** Distance to the nearest boundary, times the number of neurons. */
  readonly distance: MeanFigure | null;
  /** Points by the log10 of their distance, in the bins of `DISTANCES`. */
  readonly histogram: readonly number[];
  /** Breakpoints for each unit of length around samples of the data and of the test data, and around uniform points. */
  readonly nearData: MeanFigure | null;
  readonly nearTest: MeanFigure | null;
  readonly nearUniform: MeanFigure | null;
  /** Units on their lowest piece at all points looked at, and those on another one at all of them. */
  readonly dead: number | null;
  readonly alwaysActive: number | null;
  /** Loss, accuracy and the like. */
  readonly log: Readonly<Record<string, number>>;
}

export interface PanelTrainingRun {
  readonly label: string;
  /** Where the user or the definition says that it is. */
  readonly place: string;
  /** Named by the definition, and so not to be removed here. */
  readonly isNamed: boolean;
  readonly axis: 'step' | 'epoch' | 'file';
  readonly files: number;
  readonly counted: number;
  /** What could not be read, as sentences. */
  readonly problems: readonly string[];
}

/** Samples of the data, where they can be drawn: x and y of each in turn, in the coordinates of the input. */
export interface PanelData extends PanelFile {
  readonly samples: number;
  /** Empty where the input has not two numbers. */
  readonly points: Float32Array;
  /** Of each point, the position of its class; empty where the data have no classes. */
  readonly classes: Uint8Array;
}

/** A file that is read beside the snapshots. */
export interface PanelFile {
  readonly label: string;
  /** By the user: found beside the snapshots otherwise. */
  readonly isChosen: boolean;
}

/** Null where there are none. */
export interface ChosenData {
  readonly data: PanelData | null;
}

/** The runs of one network as they are known at a revision. */
export interface PanelTraining {
  readonly revision: number;
  /** The snapshots are all there are; else those that are new since the last answer. */
  readonly isWhole: boolean;
  readonly runs: readonly PanelTrainingRun[];
  readonly status: 'counting' | 'watching' | 'stopped';
  readonly data: PanelData | null;
  readonly testData: PanelFile | null;
  /** How and where snapshots are counted. */
  readonly method: CountMethod | null;
  readonly why: string | null;
  readonly domain: string;
  /** The mean at initialization in the same place, or why there is none. */
  readonly expected: PanelSeries | null;
  readonly noMean: string | null;
  /** The same for each neuron on the same lines. */
  readonly expectedPerNeuron: number | null;
  /** The same of breakpoints for each unit of length, and of regions in planes. */
  readonly expectedNear: { readonly data: number | null; readonly uniform: number | null };
  readonly expectedInPlanes: number | null;
  readonly initialization: string;
  readonly snapshots: readonly PanelSnapshot[];
}

/** Changes of what a network's runs are. `run` is a position, for what concerns one of them. */
export interface SourcesChange {
  readonly change:
    'addRun' | 'removeRun' | 'chooseData' | 'removeData' | 'chooseTestData' | 'removeTestData' | 'stop' | 'resume';
  readonly run: number;
}
