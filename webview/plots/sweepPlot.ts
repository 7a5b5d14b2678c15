import { formatCount } from '../../src/common/formatFigures.ts';
import { scaleLinear, type ScaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { SweptRow } from '../../src/protocol/runs.ts';
import {
  drawAxisTitles,
  drawLogAxis,
  drawTextsBelow,
  logScale,
  TITLE_ABOVE,
  TITLE_BELOW,
  type Group,
  type LogScale,
} from './axis.ts';
import { Drawing } from './drawing.ts';
import { placeLabels } from './depthGeometry.ts';
import { drawEndLabels } from './endLabels.ts';
import { element, setHidden, setText } from '../widgets/dom.ts';
import { t } from '../app/strings.ts';

/** What the rows are plotted against. */
export type SweepAxis = 'value' | 'parameters';

export interface Sweep {
  readonly rows: readonly SweptRow[];
  readonly subject: string;
  readonly now: number;
  readonly value: number;
  readonly axis: SweepAxis;
}

type Kind = 'atMost' | 'canReach' | 'expected';
const KINDS: readonly [Kind, string][] = [
  ['atMost', t('at most')],
  ['canReach', t('can reach')],
  ['expected', t('expected')],
];
const TOP = 12 + TITLE_ABOVE;
const BOTTOM = 190 + TITLE_ABOVE;
const HEIGHT = BOTTOM + 26 + TITLE_BELOW;

/** The network's figures over one of its sizes: now, and as it would be. */
export class SweepPlot {
  readonly element: HTMLElement;
  readonly #drawing = new Drawing('sweepPlot', 'h3', 'visuallyHidden');
  readonly #vertical = this.#drawing.group('axis axisY');
  readonly #horizontal = this.#drawing.group('axis axisX');
  readonly #marks = this.#drawing.group('sweepMarks');
  readonly #lines = this.#drawing.group();
  readonly #dots = this.#drawing.group();
  readonly #ends = this.#drawing.group();
  readonly #titles = this.#drawing.group();
  #sweep: Sweep | null = null;

  constructor() {
    const { heading, description, frame } = this.#drawing;
    this.element = element('section', {}, [heading, description, frame]);
  }

  show(sweep: Sweep): void {
    this.#sweep = sweep;
    this.#draw();
  }

  resize(): void {
    if (this.#drawing.isOutgrown) this.#draw();
  }

  #draw(): void {
    const sweep = this.#sweep;
    const rows = sweep === null ? [] : knownRows(sweep);
    setHidden(this.element, rows.length < 2);
    // What is hidden has no width.
    const { width } = this.#drawing;
    if (sweep === null || rows.length < 2 || width === 0) return;
    this.#drawing.fit(width, HEIGHT);
    const { subject, axis } = sweep;
    const isByValue = axis === 'value';
    setText(
      this.#drawing.heading,
      isByValue ? t('Regions by {0}', subject) : t('Regions by parameters, as {0} varies', subject),
    );
    const [first, last] = [rows[0], rows[rows.length - 1]].map((row) => row[axis]);
    setText(this.#drawing.description, t('From {0} to {1}; the table below holds the figures.', first, last));
    const [left, right] = [50, width - 82];
    const scales = scalesOf(rows, axis, left, right);
    drawLogAxis(this.#vertical, scales.log, left, right);
    const ticks = scales.x.ticks(6).filter(Number.isInteger);
    const texts = ticks.map((tick) => ({ text: formatCount(tick), x: scales.x(tick) }));
    drawTextsBelow(this.#horizontal, texts, BOTTOM + 22);
    drawMarks(this.#marks, marksOf(sweep), scales.x);
    drawLines(this.#lines, rows, axis, scales);
    drawDots(this.#dots, sweep, scales);
    drawEndLabels(this.#ends, placeLabels(namesOf(rows, right, scales), 15, TOP, BOTTOM), right + 12);
    const names = { vertical: t('regions'), horizontal: isByValue ? subject : t('parameters') };
    drawAxisTitles(this.#titles, names, { left, right, bottom: HEIGHT - 4 });
  }
}

interface Scales {
  readonly x: ScaleLinear<number, number>;
  /** Of log10 of the figures. */
  readonly log: LogScale;
}

function scalesOf(rows: readonly SweptRow[], axis: SweepAxis, left: number, right: number): Scales {
  const all = rows.flatMap((row) => KINDS.flatMap(([kind]) => row[kind]?.log10 ?? []));
  const places = rows.map((row) => row[axis]);
  return {
    x: scaleLinear([Math.min(...places), Math.max(...places)], [left, right]),
    log: logScale(Math.max(0.1, ...all), TOP, BOTTOM - TOP, Math.min(0, ...all)),
  };
}

/** From left to right. */
function knownRows({ rows, axis }: Sweep): SweptRow[] {
  return rows.filter(({ problem }) => problem === null).sort((a, b) => a[axis] - b[axis]);
}

/** Undefined for a value that does not fit. */
function rowAt({ rows }: Sweep, value: number): SweptRow | undefined {
  return rows.find((row) => row.value === value && row.problem === null);
}

interface Mark {
  readonly name: 'nowMark' | 'chosenMark';
  readonly at: number;
  readonly text: string;
}

/** Where the file is, and where the slider is. */
function marksOf(sweep: Sweep): Mark[] {
  const { now, value, axis } = sweep;
  const [current, chosen] = [rowAt(sweep, now), value === now ? undefined : rowAt(sweep, value)];
  return [
    ...(current ? [{ name: 'nowMark' as const, at: current[axis], text: t('now') }] : []),
    ...(chosen ? [{ name: 'chosenMark' as const, at: chosen[axis], text: String(value) }] : []),
  ];
}

function drawMarks(group: Group, marks: readonly Mark[], x: Scales['x']): void {
  group
    .selectAll<SVGGElement, Mark>('g')
    .data(marks, ({ name }) => name)
    .join((enter) => {
      const mark = enter.append('g');
      mark.append('line').attr('y1', TOP).attr('y2', BOTTOM);
      mark
        .append('text')
        .attr('y', TOP - 2)
        .attr('text-anchor', 'middle');
      return mark;
    })
    .attr('class', ({ name }) => name)
    .attr('transform', ({ at }) => `translate(${x(at)},0)`)
    .select('text')
    .text(({ text }) => text);
}

function drawLines(group: Group, rows: readonly SweptRow[], axis: SweepAxis, { x, log }: Scales): void {
  const path = line<SweptRow>().x((row) => x(row[axis]));
  group
    .selectAll<SVGPathElement, (typeof KINDS)[number]>('path')
    .data(KINDS, ([kind]) => kind)
    .join('path')
    .attr('class', ([kind]) => `line ${kind}`)
    .attr('d', ([kind]) => path.y((row) => log.y(row[kind]?.log10 ?? 0))(rows.filter((row) => row[kind] !== null)));
}

function drawDots(group: Group, sweep: Sweep, { x, log }: Scales): void {
  const row = rowAt(sweep, sweep.value);
  const points = KINDS.flatMap(([kind]) => (row?.[kind] ? [{ kind, quantity: row[kind] }] : []));
  group
    .selectAll<SVGCircleElement, (typeof points)[number]>('circle')
    .data(points, ({ kind }) => kind)
    .join('circle')
    .attr('class', ({ kind }) => `sweepDot ${kind}`)
    .attr('r', 3.5)
    .attr('cx', row ? x(row[sweep.axis]) : 0)
    .attr('cy', ({ quantity }) => log.y(quantity.log10));
}

/** Names of the lines, at their ends. */
function namesOf(rows: readonly SweptRow[], right: number, { log }: Scales) {
  return KINDS.flatMap(([kind, text]) => {
    const last = rows.findLast((row) => row[kind] !== null)?.[kind];
    return last ? [{ id: kind, kind, text, x: right, anchor: log.y(last.log10) }] : [];
  });
}
