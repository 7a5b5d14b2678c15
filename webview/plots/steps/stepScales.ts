import { scaleLinear, scaleLog, type ScaleContinuousNumeric } from 'd3-scale';
import { logScale, type LogScale } from '../axis.ts';
import type { StepFigures, StepSeries } from './stepFigures.ts';

/** The highest place of a line, and the left end of all. */
export const TOP = 24;
export const LEFT = 52;
/** The lowest place of a line is this far above the end of the plot. */
const BELOW = 40;
const LABEL_ROOM = 92;
const SECOND_ROOM = 44;
/** Plots of less than this width have the names of their lines below. */
const NARROW = 380;

type Scale = ScaleContinuousNumeric<number, number>;

/** Where steps stand. */
export interface StepAxis {
  readonly at: (step: number) => number;
  readonly stepAt: (pixels: number) => number;
  /** Whole steps. */
  readonly ticks: readonly number[];
}

/** Where figures stand, and the scale that the axis is drawn with. */
export interface FigureAxis {
  readonly at: (figure: number) => number;
  readonly scale:
    { readonly kind: 'log'; readonly log: LogScale } | { readonly kind: 'linear'; readonly linear: Scale };
}

export interface StepLayout {
  readonly width: number;
  readonly right: number;
  readonly bottom: number;
  readonly isNarrow: boolean;
  /** The series with an axis of its own on the right, where it has points. */
  readonly second: StepSeries | null;
  /** The legend has the names of all lines: there is no room at their ends. */
  readonly isLegendWhole: boolean;
  readonly x: StepAxis;
  readonly y: FigureAxis;
  readonly secondY: Scale;
}

/** `figures` have a point at least; `width` and `height` are of the plot without its legend. */
export function stepLayout(figures: StepFigures, width: number, height: number): StepLayout {
  const bottom = height - BELOW;
  const isNarrow = width < NARROW;
  const second = figures.second !== null && figures.second.points.length > 0 ? figures.second : null;
  // A second axis stands where lines have their names otherwise: the legend has them then.
  const isLegendWhole = isNarrow || second !== null;
  const right = width - (isNarrow ? 18 : isLegendWhole ? 4 : LABEL_ROOM) - (second ? SECOND_ROOM : 0);
  return {
    width,
    right,
    bottom,
    isNarrow,
    second,
    isLegendWhole,
    x: stepAxis(figures, [LEFT, right], isNarrow ? 4 : 7),
    y: figureAxis(figures, bottom),
    secondY: secondScale(second, bottom),
  };
}

/** Step 0 is there on a logarithmic axis, too: steps stand at one more than they are. `wanted`: about as many ticks. */
export function stepAxis({ series, isLogX }: StepFigures, range: [number, number], wanted: number): StepAxis {
  const steps = series.flatMap(({ points }) => points.map((point) => point.x));
  const [least, most] = [Math.min(...steps), Math.max(...steps)];
  const shift = isLogX ? 1 : 0;
  const scale = isLogX
    ? scaleLog([1 + Math.max(0, least), 1 + Math.max(most, least + 1)], range)
    : scaleLinear([least, Math.max(most, least + 1)], range);
  return {
    at: (step) => scale(step + shift),
    stepAt: (pixels) => scale.invert(pixels) - shift,
    ticks: (isLogX ? logTicks(scale, wanted) : scale.ticks(wanted)).filter(Number.isInteger),
  };
}

/** Powers of ten, unless there are too few of them. */
function logTicks(scale: Scale, wanted: number): number[] {
  const [from, to] = scale.domain();
  const powers = [0, ...Array.from({ length: 16 }, (_, i) => 10 ** i)].filter(
    (step) => step + 1 >= from - 1e-9 && step + 1 <= to,
  );
  return powers.length > 2 ? powers : scale.ticks(wanted).map((tick) => tick - 1);
}

export function figureAxis(figures: StepFigures, bottom: number): FigureAxis {
  const { series, levels, isLogY, isStacked } = figures;
  const values = [
    ...series.flatMap(({ points }) => points.flatMap(({ y, spread = 0 }) => [y - spread, y + spread])),
    ...(isStacked === true ? [0] : []),
  ];
  const flat = levels.map((level) => level.y);
  return isLogY ? logAxis([...values, ...flat], bottom) : linearAxis(values, flat, bottom);
}

function logAxis(values: readonly number[], bottom: number): FigureAxis {
  const positive = values.filter((value) => value > 0).map(Math.log10);
  const log = logScale(Math.max(0.1, ...positive), TOP, bottom - TOP, Math.min(0, ...positive));
  return { at: (value) => log.y(Math.log10(Math.max(value, 1e-300))), scale: { kind: 'log', log } };
}

/** A level far beyond what was found, such as a bound, is named below and does not flatten the lines. */
function linearAxis(values: readonly number[], levels: readonly number[], bottom: number): FigureAxis {
  const most = Math.max(...values);
  const near = levels.filter((level) => level <= 3 * most);
  const [low, high] = [Math.min(...values, ...near), Math.max(most, ...near)];
  const start = Math.min(0, low);
  const linear = scaleLinear([start, high > start ? high : start + 1], [bottom, TOP]).nice(4);
  return { at: (value) => (value > 3 * most ? -100 : linear(value)), scale: { kind: 'linear', linear } };
}

function secondScale(second: StepSeries | null, bottom: number): Scale {
  const values = second?.points.map((point) => point.y) ?? [];
  return scaleLinear([Math.min(0, ...values), Math.max(1e-12, ...values)], [bottom, TOP]).nice(4);
}
