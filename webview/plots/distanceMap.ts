import { DISTANCES } from '../../src/common/distanceHistogram.ts';
import { formatCount } from '../../src/common/formatFigures.ts';
import { select } from 'd3-selection';
import { scaleLinear } from 'd3-scale';
import { drawAxisTitles, setDrawnPower } from './axis.ts';
import { element, setHidden, setText, uniqueId } from '../widgets/dom.ts';
import { tickParts } from '../format.ts';
import { t } from '../app/strings.ts';

/** Points by the log10 of their distance, at one step. */
export interface DistanceColumn {
  readonly x: number;
  /** In the bins of `DISTANCES`. */
  readonly histogram: readonly number[];
}

export interface DistanceMap {
  readonly element: HTMLElement;
  show(columns: readonly DistanceColumn[], marked: number | null, axis: string): void;
  resize(): void;
}

const { start: START, step: STEP } = DISTANCES;
const HEIGHT = 206;
const TOP = 24;
const BOTTOM = 166;
const LEFT = 52;
const RIGHT = 12;
/** More columns than this are thinner than a pixel. */
const MOST_COLUMNS = 240;

interface Cell {
  readonly id: string;
  readonly column: number;
  readonly bin: number;
  readonly share: number;
}

/** The distances of points to the nearest boundary over the steps of training: one column a snapshot. */
export function createDistanceMap(choose: (x: number) => void): DistanceMap {
  const titleId = uniqueId('mapTitle');
  const descriptionId = uniqueId('mapDescription');
  const svg = select(document.createElementNS('http://www.w3.org/2000/svg', 'svg'))
    .attr('class', 'plot distanceMap')
    .attr('role', 'img')
    .attr('aria-labelledby', `${titleId} ${descriptionId}`);
  const heading = element('h2', {
    text: t('Distances to the nearest boundary'),
    attributes: { id: titleId },
  });
  const description = element('p', { class: 'muted caption', attributes: { id: descriptionId } });
  const frame = element('div', { class: 'plotFrame' }, [svg.node()]);
  const root = element('section', { class: 'stepSection' }, [heading, frame, description]);
  const cells = svg.append('g').attr('class', 'mapCells');
  const vertical = svg.append('g').attr('class', 'axis axisD');
  const horizontal = svg.append('g').attr('class', 'axis axisX');
  const titles = svg.append('g');
  const mark = svg.append('rect').attr('class', 'mapMark');
  let columns: readonly DistanceColumn[] = [];
  let marked: number | null = null;
  let axis = '';
  let drawnWidth = 0;

  svg.on('click', (event: MouseEvent) => {
    const at = Math.floor(((event.offsetX - LEFT) / (drawnWidth - LEFT - RIGHT)) * columns.length);
    const column = columns[at];
    if (column !== undefined) choose(column.x);
  });

  function draw(): void {
    const width = frame.clientWidth;
    setHidden(root, columns.length === 0);
    if (columns.length === 0 || width === 0) return;
    drawnWidth = width;
    svg.attr('width', width).attr('height', HEIGHT).attr('viewBox', `0 0 ${width} ${HEIGHT}`);
    const filled = columns.flatMap(({ histogram }) => histogram.flatMap((count, bin) => (count > 0 ? [bin] : [])));
    const [first, last] = [Math.min(...filled), Math.max(...filled) + 1];
    const x = scaleLinear([0, columns.length], [LEFT, width - RIGHT]);
    const y = scaleLinear([first, last], [BOTTOM, TOP]);
    const all = columns.flatMap(({ histogram }, column): Cell[] => {
      const total = histogram.reduce((sum, count) => sum + count, 0);
      return histogram.flatMap((count, bin) =>
        count > 0 ? [{ id: `${column} ${bin}`, column, bin, share: count / total }] : [],
      );
    });
    const most = Math.max(...all.map(({ share }) => share));
    cells
      .selectAll<SVGRectElement, Cell>('rect')
      .data(all, ({ id }) => id)
      .join('rect')
      .attr('class', 'mapCell')
      .attr('data-share', ({ share }) => share)
      .attr('x', ({ column }) => x(column))
      .attr('width', Math.max(1, x(1) - x(0) - (columns.length < 80 ? 1 : 0)))
      .attr('y', ({ bin }) => y(bin + 1))
      .attr('height', y(first) - y(first + 1))
      .attr('fill-opacity', ({ share }) => 0.12 + 0.88 * (share / most));
    drawPowers(first, last, y);
    drawSteps(x, width);
    const names = { vertical: t('distance in input space'), horizontal: axis };
    drawAxisTitles(titles, names, { left: LEFT, right: width - RIGHT, bottom: BOTTOM + 33 });
    const at = columns.findIndex((column) => column.x === marked);
    mark
      .attr('x', x(Math.max(0, at)))
      .attr('width', at < 0 ? 0 : x(1) - x(0))
      .attr('y', TOP)
      .attr('height', BOTTOM - TOP);
    setText(
      description,
      t('One column a snapshot; the stronger its color, the more points are that far from the nearest boundary.'),
    );
  }

  function drawPowers(first: number, last: number, y: (bin: number) => number): void {
    const powers = Array.from({ length: 12 }, (_, i) => START + i).filter((power) => {
      const bin = (power - START) / STEP;
      return bin >= first && bin <= last;
    });
    vertical
      .selectAll<SVGTextElement, number>('text')
      .data(powers)
      .join('text')
      .attr('text-anchor', 'end')
      .attr('x', LEFT - 8)
      .attr('y', (power) => y((power - START) / STEP))
      .attr('dy', '0.32em')
      .each(function (power) {
        const { base, exponent } = tickParts(power);
        setDrawnPower(this, exponent === null ? base : `${base}^${exponent}`);
      });
  }

  function drawSteps(x: (column: number) => number, width: number): void {
    const stride = Math.ceil(columns.length / Math.max(2, Math.floor((width - LEFT) / 64)));
    const named = columns.flatMap((column, i) => (i % stride === 0 ? [{ i, text: formatCount(column.x) }] : []));
    horizontal
      .selectAll<SVGTextElement, (typeof named)[number]>('text')
      .data(named)
      .join('text')
      .attr('text-anchor', 'middle')
      .attr('x', ({ i }) => x(i + 0.5))
      .attr('y', BOTTOM + 17)
      .text(({ text }) => text);
  }

  return {
    element: root,
    show: (next, at, name) => {
      const stride = Math.ceil(next.length / MOST_COLUMNS);
      columns = stride > 1 ? next.filter((_, i) => i % stride === 0) : next;
      [marked, axis] = [at, name];
      draw();
    },
    resize: () => {
      if (frame.clientWidth !== drawnWidth) draw();
    },
  };
}
