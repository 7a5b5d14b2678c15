import { gaussians, streamSeed, uniforms } from '../common/random.ts';
import type { DataPoints } from '../analysis/places/points.ts';
import type { TrialChoice } from '../protocol/trial.ts';

/** What a network is to learn: a class for each sample, or a number. */
export interface Lesson {
  readonly points: readonly (readonly number[])[];
  readonly targets: readonly number[];
  /** 0 where targets are numbers. */
  readonly classes: number;
}

type Maker = (uniform: () => number, gaussian: () => number) => { readonly point: number[]; readonly target: number };

const SAMPLES = 240;
const TURNS = 1.6;
const NOISE = 0.04;
const STREAM = 31;

/** Two classes of points in the plane, all within [-1, 1]² up to noise. */
const makers: Readonly<Record<Exclude<TrialChoice['dataSet'], 'file' | 'curve'>, Maker>> = {
  spirals: (uniform, gaussian) => {
    const target = uniform() < 0.5 ? 0 : 1;
    const radius = 0.08 + 0.84 * uniform();
    const angle = TURNS * 2 * Math.PI * radius + Math.PI * target;
    return { point: noisy([radius * Math.cos(angle), radius * Math.sin(angle)], 0.5 * NOISE, gaussian), target };
  },
  circles: (uniform, gaussian) => {
    const target = uniform() < 0.5 ? 0 : 1;
    const [radius, angle] = [target === 1 ? 0.4 : 0.8, 2 * Math.PI * uniform()];
    return { point: noisy([radius * Math.cos(angle), radius * Math.sin(angle)], 1.5 * NOISE, gaussian), target };
  },
  xor: (uniform) => {
    const away = () => (uniform() < 0.5 ? -1 : 1) * (0.08 + 0.84 * uniform());
    const point = [away(), away()];
    return { point, target: point[0] * point[1] < 0 ? 1 : 0 };
  },
  moons: (uniform, gaussian) => {
    const target = uniform() < 0.5 ? 0 : 1;
    const angle = Math.PI * uniform();
    const [x, y] = [Math.cos(angle), Math.sin(angle)];
    const point = target === 0 ? [0.58 * x - 0.28, 0.7 * y - 0.2] : [0.28 - 0.58 * x, 0.2 - 0.7 * y];
    return { point: noisy(point, 1.2 * NOISE, gaussian), target };
  },
};

/** The samples of a data set: the same for a seed on every machine. */
export function makeLesson(dataSet: Exclude<TrialChoice['dataSet'], 'file'>, seed: number): Lesson {
  const stream = streamSeed(seed, STREAM);
  const [uniform, gaussian] = [uniforms(stream), gaussians(streamSeed(stream, 1))];
  if (dataSet === 'curve') {
    const xs = Array.from({ length: SAMPLES / 2 }, (_, i) => (2 * (i + 0.5)) / (SAMPLES / 2) - 1);
    return { points: xs.map((x) => [x]), targets: xs.map(curve), classes: 0 };
  }
  const all = Array.from({ length: SAMPLES }, () => makers[dataSet](uniform, gaussian));
  return { points: all.map(({ point }) => point), targets: all.map(({ target }) => target), classes: 2 };
}

/** A wave that gets faster. */
function curve(x: number): number {
  return Math.sin(1.5 * Math.PI * (x + 1) ** 1.5) * (0.4 + 0.3 * x);
}

/** Data of a file. Numbers in the place of more than two classes are what a network of one output is to learn. */
export function lessonOf({ points, labels }: DataPoints, outputs: number): Lesson {
  if (!labels) throw new RangeError('The data have no column for the class or the number that is to be learned.');
  const names = [...new Set(labels)].sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1));
  const numbers = labels.map(Number);
  if (outputs === 1 && names.length > 2) {
    if (numbers.every(Number.isFinite)) return { points, targets: numbers, classes: 0 };
    throw new RangeError(`The data have ${names.length} classes, but the network has one output.`);
  }
  if (outputs > 1 && names.length > outputs) {
    throw new RangeError(`The data have ${names.length} classes, but the network has ${outputs} outputs.`);
  }
  return { points, targets: labels.map((name) => names.indexOf(name)), classes: Math.max(2, names.length) };
}

function noisy(point: readonly number[], deviation: number, gaussian: () => number): number[] {
  return point.map((x) => x + deviation * gaussian());
}
