import { significant } from '../../src/common/formatFigures.ts';
import { scaleLinear } from 'd3-scale';
import { select } from 'd3-selection';
import { line as path } from 'd3-shape';
import type { PanelLine } from '../../src/protocol/runs.ts';
import type { PanelData } from '../../src/protocol/training.ts';
import { t } from '../app/strings.ts';
import { drawAxisTitles, TITLE_ABOVE, TITLE_BELOW } from './axis.ts';
import { plural } from '../format.ts';
import { element, setHidden, setText, uniqueId } from '../widgets/dom.ts';

/** A network of one input, and what it is to learn. */
export interface Curve {
  readonly line: PanelLine;
  readonly data: PanelData;
  readonly targets: Float32Array;
  readonly lower: number;
  readonly upper: number;
}

export interface CurvePlot {
  readonly element: HTMLElement;
  show(curve: Curve | null): void;
  resize(): void;
}

const TOP = 6 + TITLE_ABOVE;
const BOTTOM = 222 + TITLE_ABOVE;
const HEIGHT = BOTTOM + 26 + TITLE_BELOW;
const LEFT = 40;
const RIGHT = 8;

/** The function that a network computes, with its breakpoints, over the samples. */
export function createCurvePlot(): CurvePlot {
  const titleId = uniqueId('curveTitle');
  const svg = select(document.createElementNS('http://www.w3.org/2000/svg', 'svg'))
    .attr('class', 'plot curvePlot')
    .attr('role', 'img')
    .attr('aria-labelledby', titleId);
  const heading = element('h3', { attributes: { id: titleId } });
  const root = element('div', { class: 'plotFrame' }, [heading, svg.node()]);
  const ticks = svg.append('g').attr('class', 'axis axisD');
  const samples = svg.append('g').attr('class', 'curveSamples');
  const output = svg.append('path').attr('class', 'outputCurve');
  const knots = svg.append('g').attr('class', 'curveKnots');
  const titles = svg.append('g');
  let shown: Curve | null = null;
  let drawnWidth = 0;

  function draw(): void {
    setHidden(root, shown === null);
    const width = root.clientWidth;
    if (shown === null || width === 0) return;
    drawnWidth = width;
    const { line, data, targets, lower, upper } = shown;
    const first = Array.from(line.knots, (_, k) => line.outputs[k * line.outputCount]);
    const values = [...first, ...targets];
    const x = scaleLinear([0, 1], [LEFT, width - RIGHT]);
    const y = scaleLinear([Math.min(...values), Math.max(...values)], [BOTTOM, TOP]).nice(4);
    svg.attr('width', width).attr('height', HEIGHT).attr('viewBox', `0 0 ${width} ${HEIGHT}`);
    setText(heading, t('The function, with {0}', plural(line.knots.length - 2, t('breakpoint'), t('breakpoints'))));
    const all = Array.from(targets, (target, i) => ({ at: (data.points[2 * i] - lower) / (upper - lower), target }));
    samples
      .selectAll<SVGCircleElement, (typeof all)[number]>('circle')
      .data(all.filter(({ at }) => at >= 0 && at <= 1))
      .join('circle')
      .attr('class', 'curveSample')
      .attr('r', 2)
      .attr('cx', ({ at }) => x(at))
      .attr('cy', ({ target }) => y(target));
    output.attr(
      'd',
      path<number>()
        .x((_, k) => x(line.knots[k]))
        .y((value) => y(value))(first),
    );
    knots
      .selectAll<SVGCircleElement, number>('circle')
      .data(first)
      .join('circle')
      .attr('class', 'curveKnot')
      .attr('r', 2.6)
      .attr('cx', (_, k) => x(line.knots[k]))
      .attr('cy', (value) => y(value));
    drawTicks(x, y, lower, upper);
    const names = { vertical: t('output'), horizontal: t('input') };
    drawAxisTitles(titles, names, { left: LEFT, right: width - RIGHT, bottom: HEIGHT - 4 });
  }

  function drawTicks(
    x: (at: number) => number,
    y: ReturnType<typeof scaleLinear<number, number>>,
    lower: number,
    upper: number,
  ): void {
    const marks = [
      ...y
        .ticks(4)
        .map((value) => ({ text: String(value).replace('-', '−'), x: LEFT - 6, y: y(value), anchor: 'end' })),
      ...[0, 0.5, 1].map((at) => ({
        text: significant(lower + at * (upper - lower)),
        x: x(at),
        y: BOTTOM + 18,
        anchor: at === 1 ? 'end' : 'middle',
      })),
    ];
    ticks
      .selectAll<SVGTextElement, (typeof marks)[number]>('text')
      .data(marks)
      .join('text')
      .attr('x', (mark) => mark.x)
      .attr('y', (mark) => mark.y)
      .attr('dy', '0.32em')
      .attr('text-anchor', (mark) => mark.anchor)
      .text(({ text }) => text);
  }

  return {
    element: root,
    show: (curve) => {
      shown = curve;
      draw();
    },
    resize: () => {
      if (root.clientWidth !== drawnWidth) draw();
    },
  };
}
