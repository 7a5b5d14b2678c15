import type { Domain } from '../common/place.ts';
import type { WeightsSource } from '../common/weightsSource.ts';
import type { RegionsAtMost } from '../analysis/counts/regionsAtMost.ts';
import type { CountChoice } from '../analysis/counts/countPlan.ts';
import type { ExperimentChoice } from '../analysis/counts/experiment.ts';
import type { ExpectedFigures, SnapshotFigures } from '../analysis/training/snapshotFigures.ts';
import type { LineKind, TrainingChoice } from '../analysis/training/trainingPlaces.ts';
import type { DrawnShare, MeanChoice } from '../analysis/expectation/drawnMean.ts';
import type { ShareOfRounds } from '../analysis/expectation/conditionalMean.ts';
import type { CountMethod, CountProgress, CountResult } from '../counting/count.ts';
import type { CountCost } from '../counting/estimateCost.ts';
import type { StopReason } from '../counting/walk/sharedCount.ts';
import type { CountPart } from '../counting/countRegions.ts';
import type { RegionDescription } from '../counting/regions/describeRegion.ts';
import type { Experiment } from '../counting/experiments/measure.ts';
import type { BoundResult } from '../theory/bound.ts';

/** A network for a worker: the text it reads itself, for weights never cross the thread. */
export interface TaskNetwork {
  readonly text: string;
  readonly fileName: string;
  /** A name, or a position among the file's networks. */
  readonly network: string | number;
  /** Texts of files that the text imports, by their paths from its folder. */
  readonly imports?: Readonly<Record<string, string>>;
  /** Where weights beside the text are; without, those in the text are used, and missing ones are drawn. */
  readonly weights?: WeightsPlace;
}

/** What is counted, and how. */
export interface CountTask extends TaskNetwork {
  readonly kind?: 'count';
  readonly choice: CountChoice;
  /** Count this many times and report the fastest time; 1 outside benchmarks. */
  readonly runs: number;
}

/** Paths that the user has named or that lie in the folder of the model: a worker reads no others. */
export interface WeightsPlace {
  /** A file of weights. */
  readonly file?: string;
  /** The text is that of the model in this file: its weights have the names and layouts of the text. */
  readonly isModel?: boolean;
  /** The model's folder, for the files that its own text names. */
  readonly folder?: string;
  /** Why the weights cannot be read, as a sentence. */
  readonly fault?: string;
}

export interface CountOutcome {
  readonly result: CountResult;
  readonly domain: Domain;
  readonly source: WeightsSource;
  /** What these weights allow there at most; absent or null where it is not known. */
  readonly atMost?: RegionsAtMost | null;
  /** Where more than one run was asked for: those that were finished. This is the fastest of them. */
  readonly runs?: number;
}

/** What a count will take, before it is made. */
export interface CostTask extends TaskNetwork {
  readonly kind: 'cost';
  readonly choice: CountChoice;
}

export interface CostOutcome {
  readonly cost: CountCost;
  readonly method: CountMethod;
}

/** Hanin and Rolnick's quantities of one network. */
export interface MeasureTask extends TaskNetwork {
  readonly kind: 'measure';
  readonly choice: ExperimentChoice;
  /** Ends with what was measured by then. */
  readonly seconds?: number;
}

export interface MeasureOutcome {
  readonly measured: Experiment;
  readonly source: WeightsSource;
}

/** A network with the weights of one snapshot of its training. */
export interface SnapshotTask extends TaskNetwork {
  readonly kind: 'snapshot';
  readonly choice: TrainingChoice;
}

export interface SnapshotOutcome {
  readonly figures: SnapshotFigures;
}

/** What all snapshots of a run have in common. */
export interface RunTask extends TaskNetwork {
  readonly kind: 'run';
  readonly choice: TrainingChoice;
}

export interface RunOutcome {
  readonly neurons: number;
  /** Half the length of the chords around a point. */
  readonly radius: number;
  /** Kac-Rice means at initialization on the same lines, or why there are none. */
  readonly expectedPerNeuron: Readonly<Partial<Record<LineKind, number>>> | { readonly reason: string };
  readonly expected: ExpectedFigures;
}

/** The mean that is shown where no formula has one. */
export interface MeanTask extends TaskNetwork {
  readonly kind: 'mean';
  /** How it is drawn. */
  readonly choice: MeanChoice;
  /** Threads may share the draws; for a small network that takes longer. */
  readonly isLarge: boolean;
  /** Draws that were made already. */
  readonly shares?: readonly DrawnShare[];
}

export interface MeanOutcome {
  /** Refused where there is none. */
  readonly figure: BoundResult;
}

/** A share of the draws of a mean on a segment. */
export interface DrawsTask extends TaskNetwork {
  readonly kind: 'draws';
  readonly choice: MeanChoice;
  readonly share: ShareOfRounds;
}

export interface DrawsOutcome {
  readonly share: DrawnShare;
}

/** What the network does in the region at a point of a count's domain, for a region that someone points at. */
export interface RegionTask extends TaskNetwork {
  readonly kind: 'region';
  /** Of the count whose domain it is. */
  readonly choice: CountChoice;
  /** Coordinates (0 to 1) of the domain, as those of `PlaneRegions`. */
  readonly at: readonly number[];
}

/** How the weights of a file fit a network. */
export interface WeightsTask extends TaskNetwork {
  readonly kind: 'weights';
}

export interface WeightsOutcome {
  /** Sentences about what does not fit or is not used. */
  readonly remarks: readonly string[];
}

/** The model in the file that `weights` names, as text in the native format. */
export interface ModelTask extends TaskNetwork {
  readonly kind: 'model';
}

export interface ModelOutcome {
  readonly text: string;
}

export type WorkerTask =
  | CountTask
  | CostTask
  | MeasureTask
  | SnapshotTask
  | RunTask
  | RegionTask
  | MeanTask
  | DrawsTask
  | WeightsTask
  | ModelTask;
type AnyOutcome =
  | CountOutcome
  | CostOutcome
  | MeasureOutcome
  | SnapshotOutcome
  | RunOutcome
  | RegionDescription
  | MeanOutcome
  | DrawsOutcome
  | WeightsOutcome
  | ModelOutcome;
export type OutcomeOf<Task extends WorkerTask> = Task extends CostTask
  ? CostOutcome
  : Task extends MeasureTask
    ? MeasureOutcome
    : Task extends SnapshotTask
      ? SnapshotOutcome
      : Task extends RunTask
        ? RunOutcome
        : Task extends RegionTask
          ? RegionDescription
          : Task extends MeanTask
            ? MeanOutcome
            : Task extends DrawsTask
              ? DrawsOutcome
              : Task extends WeightsTask
                ? WeightsOutcome
                : Task extends ModelTask
                  ? ModelOutcome
                  : CountOutcome;

/** A thread's place in a task. */
export interface ThreadPlace {
  /** Of a `SharedCount`, by which a task is also asked to stop; null for a task of one thread. */
  readonly memory: SharedArrayBuffer | null;
  /** Thread 0 leads; it adds up what all have found. */
  readonly thread: number;
  readonly threads: number;
}

/** What a count is, once the network is read. */
export interface CountStart {
  readonly method: CountMethod;
  readonly domain: Domain;
  readonly source: WeightsSource;
  /** Other threads can help. */
  readonly shareable: boolean;
}

export type WithoutText<Task> = Task extends unknown ? Omit<Task, 'text'> : never;

export type WorkerRequest =
  /** The text of all tasks from now on: it may be large, and many tasks in a row may have it. */
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'perform';
      readonly id: number;
      readonly task: WithoutText<WorkerTask>;
      readonly place: ThreadPlace;
    }
  /** To a thread that shares no memory. */
  | { readonly type: 'stop'; readonly id: number; readonly reason: StopReason }
  /** To the thread that leads and waits: what the others found. */
  | { readonly type: 'add'; readonly id: number; readonly parts: readonly CountPart[] };

export type WorkerReply =
  /** The lead has read the network and counts. */
  | { readonly type: 'begun'; readonly id: number; readonly start: CountStart }
  | { readonly type: 'progress'; readonly id: number; readonly progress: CountProgress }
  /** The lead is done with its share, and others are at work. */
  | { readonly type: 'waiting'; readonly id: number }
  /** Several threads cannot make this count together, as it turned out. What they have reported is void. */
  | { readonly type: 'refused'; readonly id: number }
  /** Of a thread that does not lead. */
  | { readonly type: 'part'; readonly id: number; readonly part: CountPart }
  | { readonly type: 'done'; readonly id: number; readonly outcome: AnyOutcome }
  /** `message` is a sentence for people: a domain that does not fit, no such network. */
  | { readonly type: 'failed'; readonly id: number; readonly message: string; readonly outOfMemory: boolean };
