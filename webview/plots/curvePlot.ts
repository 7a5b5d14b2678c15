import { significant } from '../../src/common/formatFigures.ts';
import { scaleLinear, type ScaleLinear } from 'd3-scale';
import { select, type Selection } from 'd3-selection';
import { line as path } from 'd3-shape';
import type { PanelLine } from '../../src/protocol/runs.ts';
import type { PanelData } from '../../src/protocol/training.ts';
import { t } from '../app/strings.ts';
import { drawAxisTitles, TITLE_ABOVE, TITLE_BELOW, type Group } from './axis.ts';
import { plural } from '../format.ts';
import { element, setHidden, setText, svgElement, uniqueId } from '../widgets/dom.ts';

/** A network of one input, and what it is to learn. */
export interface Curve {
  readonly line: PanelLine;
  readonly data: PanelData;
  readonly targets: Float32Array;
  readonly lower: number;
  readonly upper: number;
}

const TOP = 6 + TITLE_ABOVE;
const BOTTOM = 222 + TITLE_ABOVE;
const HEIGHT = BOTTOM + 26 + TITLE_BELOW;
const LEFT = 40;
const RIGHT = 8;

/** The function that a network computes, with its breakpoints, over the samples. */
export class CurvePlot {
  readonly element: HTMLElement;
  readonly #heading: HTMLElement;
  readonly #svg: Selection<SVGSVGElement, unknown, null, undefined>;
  readonly #ticks: Group;
  readonly #samples: Group;
  readonly #output: Selection<SVGPathElement, unknown, null, undefined>;
  readonly #knots: Group;
  readonly #titles: Group;
  #shown: Curve | null = null;
  #drawnWidth = 0;

  constructor() {
    const titleId = uniqueId('curveTitle');
    this.#svg = select(svgElement('svg'))
      .attr('class', 'plot curvePlot')
      .attr('role', 'img')
      .attr('aria-labelledby', titleId);
    this.#heading = element('h3', { attributes: { id: titleId } });
    this.element = element('div', { class: 'plotFrame' }, [this.#heading, this.#svg.node()]);
    this.#ticks = this.#svg.append('g').attr('class', 'axis axisD');
    this.#samples = this.#svg.append('g').attr('class', 'curveSamples');
    this.#output = this.#svg.append('path').attr('class', 'outputCurve');
    this.#knots = this.#svg.append('g').attr('class', 'curveKnots');
    this.#titles = this.#svg.append('g');
  }

  show(curve: Curve | null): void {
    this.#shown = curve;
    this.#draw();
  }

  resize(): void {
    if (this.element.clientWidth !== this.#drawnWidth) this.#draw();
  }

  #draw(): void {
    const shown = this.#shown;
    setHidden(this.element, shown === null);
    const width = this.element.clientWidth;
    if (shown === null || width === 0) return;
    this.#drawnWidth = width;
    this.#svg.attr('width', width).attr('height', HEIGHT).attr('viewBox', `0 0 ${width} ${HEIGHT}`);
    const breakpoints = shown.line.knots.length - 2;
    setText(this.#heading, t('The function, with {0}', plural(breakpoints, t('breakpoint'), t('breakpoints'))));
    const first = firstOutput(shown.line);
    const scales = scalesOf(shown, first, width);
    drawSamples(this.#samples, shown, scales);
    this.#drawFunction(shown.line.knots, first, scales);
    drawTicks(this.#ticks, ticksOf(shown, scales));
    const names = { vertical: t('output'), horizontal: t('input') };
    drawAxisTitles(this.#titles, names, { left: LEFT, right: width - RIGHT, bottom: HEIGHT - 4 });
  }

  #drawFunction(knots: PanelLine['knots'], outputs: readonly number[], { x, y }: Scales): void {
    const drawn = path<number>()
      .x((_, k) => x(knots[k]))
      .y((value) => y(value));
    this.#output.attr('d', drawn(outputs));
    this.#knots
      .selectAll<SVGCircleElement, number>('circle')
      .data(outputs)
      .join('circle')
      .attr('class', 'curveKnot')
      .attr('r', 2.6)
      .attr('cx', (_, k) => x(knots[k]))
      .attr('cy', (value) => y(value));
  }
}

interface Scales {
  /** From the share of the line. */
  readonly x: ScaleLinear<number, number>;
  readonly y: ScaleLinear<number, number>;
}

function firstOutput({ knots, outputs, outputCount }: PanelLine): number[] {
  return Array.from(knots, (_, k) => outputs[k * outputCount]);
}

function scalesOf({ targets }: Curve, first: readonly number[], width: number): Scales {
  const values = [...first, ...targets];
  return {
    x: scaleLinear([0, 1], [LEFT, width - RIGHT]),
    y: scaleLinear([Math.min(...values), Math.max(...values)], [BOTTOM, TOP]).nice(4),
  };
}

function drawSamples(group: Group, { data, targets, lower, upper }: Curve, { x, y }: Scales): void {
  const all = Array.from(targets, (target, i) => ({ at: (data.points[2 * i] - lower) / (upper - lower), target }));
  group
    .selectAll<SVGCircleElement, (typeof all)[number]>('circle')
    .data(all.filter(({ at }) => at >= 0 && at <= 1))
    .join('circle')
    .attr('class', 'curveSample')
    .attr('r', 2)
    .attr('cx', ({ at }) => x(at))
    .attr('cy', ({ target }) => y(target));
}

interface Tick {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly anchor: 'end' | 'middle';
}

function ticksOf({ lower, upper }: Curve, { x, y }: Scales): Tick[] {
  return [
    ...y.ticks(4).map((value): Tick => {
      return { text: String(value).replace('-', '−'), x: LEFT - 6, y: y(value), anchor: 'end' };
    }),
    ...[0, 0.5, 1].map((at): Tick => {
      const text = significant(lower + at * (upper - lower));
      return { text, x: x(at), y: BOTTOM + 18, anchor: at === 1 ? 'end' : 'middle' };
    }),
  ];
}

function drawTicks(group: Group, ticks: readonly Tick[]): void {
  group
    .selectAll<SVGTextElement, Tick>('text')
    .data(ticks)
    .join('text')
    .attr('x', (tick) => tick.x)
    .attr('y', (tick) => tick.y)
    .attr('dy', '0.32em')
    .attr('text-anchor', (tick) => tick.anchor)
    .text(({ text }) => text);
}
