import { DISTANCES } from '../../src/common/distanceHistogram.ts';
import { formatCount } from '../../src/common/formatFigures.ts';
import { scaleLinear, type ScaleLinear } from 'd3-scale';
import { drawAxisTitles, drawPower, drawTextsBelow, type Group } from './axis.ts';
import { Drawing } from './drawing.ts';
import { element, setHidden, setText } from '../widgets/dom.ts';
import { t } from '../app/strings.ts';

/** Points by the log10 of their distance, at one step. */
export interface DistanceColumn {
  readonly x: number;
  /** In the bins of `DISTANCES`. */
  readonly histogram: readonly number[];
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
export class DistanceMap {
  readonly element: HTMLElement;
  readonly #drawing = new Drawing('distanceMap', 'h2', 'muted caption');
  readonly #cells = this.#drawing.group('mapCells');
  readonly #vertical = this.#drawing.group('axis axisD');
  readonly #horizontal = this.#drawing.group('axis axisX');
  readonly #titles = this.#drawing.group();
  readonly #mark = this.#drawing.svg.append('rect').attr('class', 'mapMark');
  #columns: readonly DistanceColumn[] = [];
  #marked: number | null = null;
  /** What the columns are over. */
  #axis = '';

  /** `choose` is given the step that is clicked on. */
  constructor(choose: (step: number) => void) {
    const { svg, heading, description, frame } = this.#drawing;
    setText(heading, t('Distances to the nearest boundary'));
    this.element = element('section', { class: 'stepSection' }, [heading, frame, description]);
    svg.on('click', ({ offsetX }: MouseEvent) => {
      const at = Math.floor(((offsetX - LEFT) / (this.#drawing.width - LEFT - RIGHT)) * this.#columns.length);
      if (at in this.#columns) choose(this.#columns[at].x);
    });
  }

  show(columns: readonly DistanceColumn[], marked: number | null, axis: string): void {
    const stride = Math.ceil(columns.length / MOST_COLUMNS);
    this.#columns = stride > 1 ? columns.filter((_, i) => i % stride === 0) : columns;
    [this.#marked, this.#axis] = [marked, axis];
    this.#draw();
  }

  resize(): void {
    if (this.#drawing.isOutgrown) this.#draw();
  }

  #draw(): void {
    const columns = this.#columns;
    const marked = this.#marked;
    const axis = this.#axis;
    setHidden(this.element, columns.length === 0);
    // What is hidden has no width.
    const { width } = this.#drawing;
    if (columns.length === 0 || width === 0) return;
    this.#drawing.fit(width, HEIGHT);
    const scales = scalesOf(columns, width);
    drawCells(this.#cells, cellsOf(columns), scales);
    drawPowers(this.#vertical, scales);
    drawSteps(this.#horizontal, columns, scales.x, width);
    const names = { vertical: t('distance in input space'), horizontal: axis };
    drawAxisTitles(this.#titles, names, { left: LEFT, right: width - RIGHT, bottom: BOTTOM + 33 });
    this.#drawMark(
      columns.findIndex(({ x }) => x === marked),
      scales,
    );
    setText(
      this.#drawing.description,
      t('One column a snapshot; the stronger its color, the more points are that far from the nearest boundary.'),
    );
  }

  #drawMark(column: number, { x }: Scales): void {
    this.#mark
      .attr('x', x(Math.max(0, column)))
      .attr('width', column < 0 ? 0 : x(1) - x(0))
      .attr('y', TOP)
      .attr('height', BOTTOM - TOP);
  }
}

interface Scales {
  /** From the column. */
  readonly x: ScaleLinear<number, number>;
  /** From the bin; bins from `first` to `last` are drawn. */
  readonly y: ScaleLinear<number, number>;
  readonly first: number;
  readonly last: number;
}

function scalesOf(columns: readonly DistanceColumn[], width: number): Scales {
  const filled = columns.flatMap(({ histogram }) => histogram.flatMap((count, bin) => (count > 0 ? [bin] : [])));
  const [first, last] = [Math.min(...filled), Math.max(...filled) + 1];
  return {
    x: scaleLinear([0, columns.length], [LEFT, width - RIGHT]),
    y: scaleLinear([first, last], [BOTTOM, TOP]),
    first,
    last,
  };
}

function cellsOf(columns: readonly DistanceColumn[]): Cell[] {
  return columns.flatMap(({ histogram }, column): Cell[] => {
    const total = histogram.reduce((sum, count) => sum + count, 0);
    return histogram.flatMap((count, bin) =>
      count > 0 ? [{ id: `${column} ${bin}`, column, bin, share: count / total }] : [],
    );
  });
}

function drawCells(group: Group, cells: readonly Cell[], { x, y, first }: Scales): void {
  const most = Math.max(...cells.map(({ share }) => share));
  const gap = x.domain()[1] < 80 ? 1 : 0;
  group
    .selectAll<SVGRectElement, Cell>('rect')
    .data(cells, ({ id }) => id)
    .join('rect')
    .attr('class', 'mapCell')
    .attr('data-share', ({ share }) => share)
    .attr('x', ({ column }) => x(column))
    .attr('width', Math.max(1, x(1) - x(0) - gap))
    .attr('y', ({ bin }) => y(bin + 1))
    .attr('height', y(first) - y(first + 1))
    .attr('fill-opacity', ({ share }) => 0.12 + 0.88 * (share / most));
}

function drawPowers(group: Group, { y, first, last }: Scales): void {
  const powers = Array.from({ length: 12 }, (_, i) => START + i).filter((power) => {
    const bin = (power - START) / STEP;
    return bin >= first && bin <= last;
  });
  group
    .selectAll<SVGTextElement, number>('text')
    .data(powers)
    .join('text')
    .attr('text-anchor', 'end')
    .attr('x', LEFT - 8)
    .attr('y', (power) => y((power - START) / STEP))
    .attr('dy', '0.32em')
    .each(function (power) {
      drawPower(this, power);
    });
}

function drawSteps(group: Group, columns: readonly DistanceColumn[], x: Scales['x'], width: number): void {
  const stride = Math.ceil(columns.length / Math.max(2, Math.floor((width - LEFT) / 64)));
  const named = columns.flatMap((column, i) =>
    i % stride === 0 ? [{ text: formatCount(column.x), x: x(i + 0.5) }] : [],
  );
  drawTextsBelow(group, named, BOTTOM + 17);
}
