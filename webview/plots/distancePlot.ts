import { formatCount, significant } from '../../src/common/formatFigures.ts';
import { axisLeft } from 'd3-axis';
import { scaleLinear, type ScaleLinear } from 'd3-scale';
import type { PanelDistances } from '../../src/protocol/runs.ts';
import { drawAxisTitles, drawPower, TITLE_ABOVE, TITLE_BELOW, type Group } from './axis.ts';
import { Drawing } from './drawing.ts';
import { distanceBins, meanOf, type DistanceBin } from './distanceBins.ts';
import { foldedTable } from '../tables/foldedTable.ts';
import { columnHeads, element, rowHead, setHidden, setText } from '../widgets/dom.ts';
import { formatDomain, plural } from '../format.ts';
import { t } from '../app/strings.ts';

/** Fewer points make no histogram. */
const MIN_POINTS = 10;
const LEFT = 38;
const RIGHT = 14;
const TOP = 20 + TITLE_ABOVE;
const BOTTOM = 116 + TITLE_ABOVE;
const HEIGHT = BOTTOM + 22 + TITLE_BELOW;

/** Where on the axis (log10), its class, and its name. */
type Mark = readonly [number, string, string];

/** How far points of the box are from the nearest boundary, beside one over the number of neurons. */
export class DistancePlot {
  readonly element: HTMLElement;
  readonly #drawing = new Drawing('distancePlot', 'h2', 'muted caption');
  readonly #grid = this.#drawing.group('axis axisD');
  readonly #vertical = this.#drawing.group('axis axisY');
  readonly #bars = this.#drawing.group('distanceBars');
  readonly #marks = this.#drawing.group('distanceMarks');
  readonly #titles = this.#drawing.group();
  readonly #scale: HTMLElement;
  readonly #rows = element('tbody');
  readonly #table = tableOf(this.#rows);
  #distances: PanelDistances | null = null;
  #neurons = 0;

  /** `open` opens a page of the web. */
  constructor(open: (url: string) => void) {
    const { heading, description, frame } = this.#drawing;
    setText(heading, t('Distances to the nearest boundary'));
    this.#scale = element('p', { class: 'muted caption' }, [
      t('1/N: the scale on which boundaries lie from a point at initialization, up to a constant, for N neurons. '),
      paperLink(open),
    ]);
    const parts = [heading, frame, description, this.#scale, this.#table];
    this.element = element('section', { class: 'distances' }, parts);
  }

  show(distances: PanelDistances | null, neurons: number): void {
    if (distances === this.#distances && neurons === this.#neurons) return;
    [this.#distances, this.#neurons] = [distances, neurons];
    this.#draw();
  }

  resize(): void {
    if (this.#drawing.isOutgrown) this.#draw();
  }

  #draw(): void {
    const distances = this.#distances;
    const neurons = this.#neurons;
    setHidden(this.element, distances === null);
    // What is hidden has no width.
    const { width } = this.#drawing;
    if (distances === null || width === 0) return;
    const bins = distances.points < MIN_POINTS ? [] : distanceBins(distances.distances);
    for (const part of [this.#drawing.frame, this.#table, this.#scale]) setHidden(part, bins.length === 0);
    setText(this.#drawing.description, describe(distances, neurons));
    if (bins.length > 0) this.#drawBins(bins, meanOf(distances.distances), width);
  }

  #drawBins(bins: readonly DistanceBin[], mean: number, width: number): void {
    const right = width - RIGHT;
    const inverse = Math.log10(1 / Math.max(1, this.#neurons));
    const scales = scalesOf(bins, inverse, right);
    this.#drawing.fit(width, HEIGHT);
    drawPowers(this.#grid, scales.x);
    drawShares(this.#vertical, scales.y, right);
    const names = { vertical: t('share of points'), horizontal: t('distance in input space') };
    drawAxisTitles(this.#titles, names, { left: LEFT, right, bottom: HEIGHT - 4 });
    drawBars(this.#bars, bins, scales);
    const marks: Mark[] = [
      [Math.log10(mean), 'meanDistance', t('mean')],
      [inverse, 'neuronScale', '1/N'],
    ];
    drawMarks(
      this.#marks,
      [...marks].sort(([a], [b]) => a - b),
      scales.x,
    );
    this.#rows.replaceChildren(...bins.map(rowOf));
  }
}

function paperLink(open: (url: string) => void): HTMLElement {
  const link = element('a', { text: 'Hanin, Rolnick 2019' });
  link.href = 'https://arxiv.org/abs/1901.09021';
  link.addEventListener('click', (event) => {
    event.preventDefault();
    open(link.href);
  });
  return link;
}

function tableOf(rows: HTMLElement): HTMLElement {
  const heads = columnHeads([t('distance'), t('share of points')]);
  const label = t('Distances to the nearest boundary');
  return foldedTable(
    element('table', { attributes: { 'aria-label': label } }, [element('thead', {}, [element('tr', {}, heads)]), rows]),
  );
}

/** The first bin holds all that is nearer, too. */
function rowOf({ from, to, share }: DistanceBin, bin: number): HTMLElement {
  const text = `${bin === 0 ? '0' : significant(10 ** from)} – ${significant(10 ** to)}`;
  return element('tr', {}, [rowHead(text), element('td', { text: `${(100 * share).toFixed(2)}%` })]);
}

interface Scales {
  /** From the log10 of the distance. */
  readonly x: ScaleLinear<number, number>;
  /** From the share of points. */
  readonly y: ScaleLinear<number, number>;
}

/** With room around `inverse`, the log10 of 1/N. */
function scalesOf(bins: readonly DistanceBin[], inverse: number, right: number): Scales {
  const low = Math.min(bins[0].from, inverse - 0.3);
  const high = Math.max(bins[bins.length - 1].to, inverse + 0.3);
  const most = Math.max(...bins.map(({ share }) => share));
  return { x: scaleLinear([low, high], [LEFT, right]), y: scaleLinear([0, most], [BOTTOM, TOP]) };
}

function drawBars(group: Group, bins: readonly DistanceBin[], { x, y }: Scales): void {
  group
    .selectAll<SVGRectElement, DistanceBin>('rect')
    .data(bins)
    .join('rect')
    .attr('class', 'distanceBar')
    .attr('data-share', ({ share }) => share)
    .attr('x', ({ from }) => x(from))
    .attr('width', ({ from, to }) => Math.max(0.5, x(to) - x(from) - 1))
    .attr('y', ({ share }) => y(share))
    .attr('height', ({ share }) => BOTTOM - y(share));
}

function drawPowers(group: Group, x: Scales['x']): void {
  const [low, high] = x.domain();
  const powers = Array.from({ length: Math.floor(high) - Math.ceil(low) + 1 }, (_, i) => Math.ceil(low) + i);
  group
    .selectAll<SVGGElement, number>('g.tick')
    .data(powers, (power) => power)
    .join((enter) => {
      const tick = enter.append('g').attr('class', 'tick');
      tick.append('line').attr('y1', TOP).attr('y2', BOTTOM);
      tick
        .append('text')
        .attr('text-anchor', 'middle')
        .attr('y', BOTTOM + 16);
      return tick;
    })
    .attr('transform', (power) => `translate(${x(power)},0)`)
    .select<SVGTextElement>('text')
    .each(function (power) {
      drawPower(this, power);
    });
}

/** The left one's name to its left, the right one's to its right: they may stand close. */
function drawMarks(group: Group, marks: readonly Mark[], x: Scales['x']): void {
  group
    .selectAll<SVGGElement, Mark>('g')
    .data(marks, ([, name]) => name)
    .join((enter) => {
      const mark = enter.append('g');
      mark
        .append('line')
        .attr('y1', TOP - 4)
        .attr('y2', BOTTOM);
      mark.append('text').attr('y', TOP - 9);
      return mark;
    })
    .attr('class', ([, name]) => name)
    .attr('transform', ([at]) => `translate(${x(at)},0)`)
    .select('text')
    .attr('text-anchor', (_, i) => (i === 0 ? 'end' : 'start'))
    .attr('dx', (_, i) => (i === 0 ? -3 : 3))
    .text(([, , text]) => text);
}

function drawShares(group: Group, y: ScaleLinear<number, number>, right: number): void {
  const axis = axisLeft(y)
    .ticks(3, '%')
    .tickSize(LEFT - right)
    .tickPadding(6)
    .offset(0);
  group.attr('transform', `translate(${LEFT},0)`).call(axis).select('.domain').remove();
}

function describe({ points, box, distances }: PanelDistances, neurons: number): string {
  if (distances.length === 0) return t('From no point of {0} is there a boundary anywhere.', formatDomain(box));
  const few = points < MIN_POINTS ? t(' (too few for a histogram)') : '';
  return t(
    'Mean distance to the nearest boundary: {0}, from {1} of {2}{3}. 1/N is {4} for {5} neurons.',
    significant(meanOf(distances)),
    plural(points, t('random point'), t('random points')),
    formatDomain(box),
    few,
    significant(1 / Math.max(1, neurons)),
    formatCount(neurons),
  );
}
