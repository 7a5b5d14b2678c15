import { formatCount, significant } from '../../src/common/formatFigures.ts';
import { select } from 'd3-selection';
import { axisLeft } from 'd3-axis';
import { scaleLinear, type ScaleLinear } from 'd3-scale';
import type { PanelDistances } from '../../src/protocol/runs.ts';
import { drawAxisTitles, setDrawnPower, TITLE_ABOVE, TITLE_BELOW, type Group } from './axis.ts';
import { distanceBins, meanOf, type DistanceBin } from './distanceBins.ts';
import { element, setHidden, setText, uniqueId } from '../widgets/dom.ts';
import { formatDomain, plural, tickParts } from '../format.ts';
import { t } from '../app/strings.ts';

export interface DistancePlot {
  readonly element: HTMLElement;
  show(distances: PanelDistances | null, neurons: number): void;
  resize(): void;
}

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
export function createDistancePlot(open: (url: string) => void): DistancePlot {
  const titleId = uniqueId('distanceTitle');
  const descriptionId = uniqueId('distanceDescription');
  const svg = select(document.createElementNS('http://www.w3.org/2000/svg', 'svg'))
    .attr('class', 'plot distancePlot')
    .attr('role', 'img')
    .attr('aria-labelledby', `${titleId} ${descriptionId}`);
  const heading = element('h2', { text: t('Distances to the nearest boundary'), attributes: { id: titleId } });
  const description = element('p', { class: 'muted caption', attributes: { id: descriptionId } });
  const link = element('a', { text: 'Hanin, Rolnick 2019' });
  link.href = 'https://arxiv.org/abs/1901.09021';
  link.addEventListener('click', (event) => {
    event.preventDefault();
    open(link.href);
  });
  const scale = element('p', { class: 'muted caption' }, [
    t('1/N: the scale on which boundaries lie from a point at initialization, up to a constant, for N neurons. '),
    link,
  ]);
  const frame = element('div', { class: 'plotFrame' }, [svg.node()]);
  const body = element('tbody');
  const columns = [t('distance'), t('share of points')];
  const table = element('details', { class: 'plotTable' }, [
    element('summary', { text: t('These figures as a table') }),
    element('table', { attributes: { 'aria-label': t('Distances to the nearest boundary') } }, [
      element('thead', {}, [
        element(
          'tr',
          {},
          columns.map((text) => element('th', { text, attributes: { scope: 'col' } })),
        ),
      ]),
      body,
    ]),
  ]);
  const root = element('section', { class: 'distances' }, [heading, frame, description, scale, table]);
  const grid = svg.append('g').attr('class', 'axis axisD');
  const vertical = svg.append('g').attr('class', 'axis axisY');
  const bars = svg.append('g').attr('class', 'distanceBars');
  const marks = svg.append('g').attr('class', 'distanceMarks');
  const titles = svg.append('g');
  let distances: PanelDistances | null = null;
  let neurons = 0;
  let drawnWidth = 0;

  function draw(): void {
    // What is hidden has no width.
    setHidden(root, distances === null);
    const width = frame.clientWidth;
    if (distances === null || width === 0) return;
    drawnWidth = width;
    const bins = distances.points < MIN_POINTS ? [] : distanceBins(distances.distances);
    setHidden(svg.node()!.parentElement!, bins.length === 0);
    for (const part of [table, scale]) setHidden(part, bins.length === 0);
    setText(description, describe(distances, neurons));
    if (bins.length === 0) return;
    const mean = meanOf(distances.distances);
    const scaleMark = Math.log10(1 / Math.max(1, neurons));
    const low = Math.min(bins[0].from, scaleMark - 0.3);
    const high = Math.max(bins[bins.length - 1].to, scaleMark + 0.3);
    const x = scaleLinear([low, high], [LEFT, width - RIGHT]);
    const most = Math.max(...bins.map(({ share }) => share));
    const y = scaleLinear([0, most], [BOTTOM, TOP]);
    svg.attr('width', width).attr('height', HEIGHT).attr('viewBox', `0 0 ${width} ${HEIGHT}`);
    drawPowers(low, high, x);
    drawShares(vertical, y, width - RIGHT);
    const names = { vertical: t('share of points'), horizontal: t('distance in input space') };
    drawAxisTitles(titles, names, { left: LEFT, right: width - RIGHT, bottom: HEIGHT - 4 });
    bars
      .selectAll<SVGRectElement, DistanceBin>('rect')
      .data(bins)
      .join('rect')
      .attr('class', 'distanceBar')
      .attr('data-share', ({ share }) => share)
      .attr('x', ({ from }) => x(from))
      .attr('width', ({ from, to }) => Math.max(0.5, x(to) - x(from) - 1))
      .attr('y', ({ share }) => y(share))
      .attr('height', ({ share }) => BOTTOM - y(share));
    const all: Mark[] = [
      [Math.log10(mean), 'meanDistance', t('mean')],
      [scaleMark, 'neuronScale', '1/N'],
    ];
    drawMarks(
      [...all].sort(([a], [b]) => a - b),
      x,
    );
    body.replaceChildren(
      ...bins.map(({ from, to, share }, i) =>
        element('tr', {}, [
          element('th', {
            text: `${i === 0 ? '0' : significant(10 ** from)} – ${significant(10 ** to)}`,
            attributes: { scope: 'row' },
          }),
          element('td', { text: `${(100 * share).toFixed(2)}%` }),
        ]),
      ),
    );
  }

  function drawPowers(low: number, high: number, x: (log10: number) => number): void {
    const powers = Array.from({ length: Math.floor(high) - Math.ceil(low) + 1 }, (_, i) => Math.ceil(low) + i);
    grid
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
        const { base, exponent } = tickParts(power);
        setDrawnPower(this, exponent === null ? base : `${base}^${exponent}`);
      });
  }

  /** The left one's name to its left, the right one's to its right: they may stand close. */
  function drawMarks(all: readonly Mark[], x: (log10: number) => number): void {
    marks
      .selectAll<SVGGElement, Mark>('g')
      .data(all, ([, name]) => name)
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
  return {
    element: root,
    show: (next, count) => {
      if (next === distances && count === neurons) return;
      distances = next;
      neurons = count;
      draw();
    },
    resize: () => {
      if (frame.clientWidth !== drawnWidth) draw();
    },
  };
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
