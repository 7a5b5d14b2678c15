import { formatCount } from '../../src/common/formatFigures.ts';
import { scaleLinear } from 'd3-scale';
import { select } from 'd3-selection';
import { line } from 'd3-shape';
import type { SweptRow } from '../../src/protocol/runs.ts';
import { drawAxisTitles, drawLogAxis, logScale, TITLE_ABOVE, TITLE_BELOW, type Group } from './axis.ts';
import { placeLabels } from './depthGeometry.ts';
import { drawEndLabels } from './endLabels.ts';
import { element, setHidden, setText, uniqueId } from '../widgets/dom.ts';
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

export interface SweepPlot {
  readonly element: HTMLElement;
  show(sweep: Sweep): void;
  resize(): void;
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
export function createSweepPlot(): SweepPlot {
  const titleId = uniqueId('sweepTitle');
  const descriptionId = uniqueId('sweepDescription');
  const svg = select(document.createElementNS('http://www.w3.org/2000/svg', 'svg'))
    .attr('class', 'plot sweepPlot')
    .attr('role', 'img')
    .attr('aria-labelledby', `${titleId} ${descriptionId}`);
  const heading = element('h3', { attributes: { id: titleId } });
  const description = element('p', { class: 'visuallyHidden', attributes: { id: descriptionId } });
  const frame = element('div', { class: 'plotFrame' }, [svg.node()]);
  const root = element('section', {}, [heading, description, frame]);
  const vertical = svg.append('g').attr('class', 'axis axisY');
  const horizontal = svg.append('g').attr('class', 'axis axisX');
  const marks = svg.append('g').attr('class', 'sweepMarks');
  const lines = svg.append('g');
  const dots = svg.append('g');
  const ends = svg.append('g');
  const titles = svg.append('g');
  let rows: readonly SweptRow[] = [];
  let subject = '';
  let now = 0;
  let value = 0;
  let axis: SweepAxis = 'value';
  let drawnWidth = 0;

  function at(row: SweptRow): number {
    return axis === 'value' ? row.value : row.parameters;
  }

  function draw(): void {
    const known = rows.filter((row) => row.problem === null).sort((a, b) => at(a) - at(b));
    setHidden(root, known.length < 2);
    // What is hidden has no width.
    const width = frame.clientWidth;
    if (known.length < 2 || width === 0) return;
    drawnWidth = width;
    const all = known.flatMap((row) => KINDS.flatMap(([kind]) => row[kind]?.log10 ?? []));
    const scale = logScale(Math.max(0.1, ...all), TOP, BOTTOM - TOP, Math.min(0, ...all));
    const values = known.map(at);
    const [left, right] = [50, width - 82];
    const x = scaleLinear([Math.min(...values), Math.max(...values)], [left, right]);
    svg.attr('width', width).attr('height', HEIGHT).attr('viewBox', `0 0 ${width} ${HEIGHT}`);
    setText(
      heading,
      axis === 'value' ? t('Regions by {0}', subject) : t('Regions by parameters, as {0} varies', subject),
    );
    setText(
      description,
      t('From {0} to {1}; the table below holds the figures.', values[0], values[values.length - 1]),
    );
    drawLogAxis(vertical, scale, left, right);
    drawValues(horizontal, x);
    drawMarks(x);
    const path = line<SweptRow>()
      .x((row) => x(at(row)))
      .defined((row) => row.problem === null);
    lines
      .selectAll<SVGPathElement, (typeof KINDS)[number]>('path')
      .data(KINDS, ([kind]) => kind)
      .join('path')
      .attr('class', ([kind]) => `line ${kind}`)
      .attr('d', ([kind]) =>
        path.y((row) => scale.y(row[kind]?.log10 ?? 0))(known.filter((row) => row[kind] !== null)),
      );
    drawDots(x, scale.y);
    drawNames(known, right, scale.y);
    const names = { vertical: t('regions'), horizontal: axis === 'value' ? subject : t('parameters') };
    drawAxisTitles(titles, names, { left, right, bottom: HEIGHT - 4 });
  }

  function drawValues(group: Group, x: ReturnType<typeof scaleLinear<number, number>>): void {
    group
      .selectAll('text')
      .data(x.ticks(6).filter(Number.isInteger))
      .join('text')
      .attr('text-anchor', 'middle')
      .attr('x', (tick) => x(tick))
      .attr('y', BOTTOM + 22)
      .text((tick) => formatCount(tick));
  }

  /** None for a value that does not fit. */
  function markAt(name: string, marked: number, text: string): [string, number, string][] {
    const row = rows.find((one) => one.value === marked && one.problem === null);
    return row ? [[name, at(row), text]] : [];
  }

  /** Where the file is, and where the slider is. */
  function drawMarks(x: (value: number) => number): void {
    const both: [string, number, string][] = [
      ...markAt('nowMark', now, t('now')),
      ...(value === now ? [] : markAt('chosenMark', value, String(value))),
    ];
    marks
      .selectAll<SVGGElement, (typeof both)[number]>('g')
      .data(both, ([name]) => name)
      .join((enter) => {
        const mark = enter.append('g');
        mark.append('line').attr('y1', TOP).attr('y2', BOTTOM);
        mark
          .append('text')
          .attr('y', TOP - 2)
          .attr('text-anchor', 'middle');
        return mark;
      })
      .attr('class', ([name]) => name)
      .attr('transform', ([, place]) => `translate(${x(place)},0)`)
      .select('text')
      .text(([, , text]) => text);
  }

  function drawDots(x: (value: number) => number, y: (log10: number) => number): void {
    const row = rows.find((one) => one.value === value && one.problem === null);
    const points = KINDS.flatMap(([kind]) => (row?.[kind] ? [{ kind, quantity: row[kind] }] : []));
    dots
      .selectAll<SVGCircleElement, (typeof points)[number]>('circle')
      .data(points, ({ kind }) => kind)
      .join('circle')
      .attr('class', ({ kind }) => `sweepDot ${kind}`)
      .attr('r', 3.5)
      .attr('cx', row ? x(at(row)) : 0)
      .attr('cy', ({ quantity }) => y(quantity.log10));
  }

  function drawNames(known: readonly SweptRow[], right: number, y: (log10: number) => number): void {
    const labels = KINDS.flatMap(([kind, text]) => {
      const last = known.findLast((row) => row[kind] !== null)?.[kind];
      return last ? [{ id: kind, kind: kind, text, x: right, anchor: y(last.log10) }] : [];
    });
    drawEndLabels(ends, placeLabels(labels, 15, TOP, BOTTOM), right + 12);
  }
  return {
    element: root,
    show: (next) => {
      ({ rows, subject, now, value, axis } = next);
      draw();
    },
    resize: () => {
      if (frame.clientWidth !== drawnWidth) draw();
    },
  };
}
