import { formatCount, significant } from '../../src/common/formatFigures.ts';
import { axisBottom, axisLeft } from 'd3-axis';
import { select } from 'd3-selection';
import type { PanelLayer } from '../../src/protocol/panel.ts';
import type { PanelLine } from '../../src/protocol/runs.ts';
import { drawAxisTitles, TITLE_BELOW, type AxisTitles, type Group } from './axis.ts';
import { Drawing } from './drawing.ts';
import { element, setHidden, setText, svgElement } from '../widgets/dom.ts';
import { plural, shorten } from '../format.ts';
import { layerHue } from '../picture/layerColor.ts';
import { LineTable } from '../tables/lineTable.ts';
import {
  drawnOutputs,
  knotByKey,
  layOutLine,
  nearestKnot,
  outputPath,
  outputsAt,
  tickPath,
  TOP,
  type Lane,
  type LineLayout,
} from './lineGeometry.ts';
import { t } from '../app/strings.ts';

const NAME_LENGTH = 14;

/** The outputs along the line, and under them, on a lane for each layer, every place where it bends. */
export class LinePlot {
  readonly element: HTMLElement;
  readonly #drawing = new Drawing('linePlot', 'h2', 'visuallyHidden');
  readonly #axes = this.#drawing.group('axis axisY');
  readonly #bottom = this.#drawing.group('axis axisT');
  readonly #curves = this.#drawing.group('curves');
  readonly #lanes = this.#drawing.group('lanes');
  readonly #titles = this.#drawing.group();
  readonly #crosshair = this.#drawing.svg.append('line').attr('class', 'lineCrosshair');
  readonly #readout = element('p', { class: 'muted caption readout', attributes: { role: 'status' } });
  readonly #legend = element('p', { class: 'muted caption outputLegend' });
  readonly #table = new LineTable();
  #line: PanelLine | null = null;
  #layers: readonly PanelLayer[] = [];
  #layout: LineLayout | null = null;
  /** The knot that is looked at; -1 for none. */
  #current = -1;

  constructor() {
    const { heading, description, frame } = this.#drawing;
    setText(heading, t('Outputs along the line'));
    for (const [name, value] of Object.entries(SLIDER)) frame.setAttribute(name, value);
    const parts = [heading, description, frame, this.#legend, this.#readout, this.#table.element];
    this.element = element('section', { class: 'lineSection' }, parts);
    this.#listen();
  }

  show(line: PanelLine | null, layers: readonly PanelLayer[]): void {
    if (line === this.#line && layers === this.#layers) return;
    [this.#line, this.#layers] = [line, layers];
    this.#table.show(line, layers);
    this.#draw();
  }

  resize(): void {
    if (this.#drawing.isOutgrown) this.#draw();
  }

  #listen(): void {
    const { svg, frame } = this.#drawing;
    svg.on('pointermove', ({ offsetX }: PointerEvent) => {
      if (this.#line === null || this.#layout === null) return;
      const place = this.#layout.x.invert(offsetX);
      if (place < 0 || place > 1) return this.#look(-1);
      this.#look(nearestKnot(this.#line, place), place);
    });
    svg.on('pointerleave', () => this.#look(-1));
    frame.addEventListener('focusout', () => this.#look(-1));
    frame.addEventListener('keydown', (event) => {
      if (this.#line === null) return;
      const knot = knotByKey(event.key, this.#current, this.#line.knots.length - 1);
      if (knot === null) return;
      event.preventDefault();
      this.#look(knot);
    });
  }

  #draw(): void {
    const line = this.#line;
    const layers = this.#layers;
    setHidden(this.element, line === null);
    // What is hidden has no width.
    const { width } = this.#drawing;
    if (line === null || width === 0) return;
    const layout = (this.#layout = layOutLine(line, layers, width));
    this.#drawing.fit(width, layout.height);
    setText(this.#drawing.description, describe(line, layout.lanes));
    this.#drawing.frame.setAttribute('aria-valuemax', String(line.knots.length - 1));
    drawAxes(this.#axes, this.#bottom, layout);
    drawCurves(this.#curves, layout, line);
    drawLanes(this.#lanes, layout, line);
    drawAxisTitles(this.#titles, titlesOf(line), { ...layout, bottom: layout.height - 4 });
    drawOutputLegend(this.#legend, drawnOutputs(line), line.outputCount);
    this.#look(-1);
  }

  /** At a knot, or near it `at` a place that is pointed at. */
  #look(knot: number, at?: number): void {
    const line = this.#line;
    const layout = this.#layout;
    this.#current = knot;
    const isThere = line !== null && layout !== null && knot >= 0;
    this.#crosshair.attr('visibility', isThere ? 'visible' : 'hidden');
    if (!isThere) return setText(this.#readout, line === null ? '' : summary(line));
    const place = at ?? line.knots[knot];
    this.#crosshair
      .attr('x1', layout.x(place))
      .attr('x2', layout.x(place))
      .attr('y1', TOP - 2)
      .attr('y2', layout.height - 26 - TITLE_BELOW);
    const text = describeKnot(line, this.#layers, knot, place);
    setText(this.#readout, text);
    this.#drawing.frame.setAttribute('aria-valuenow', String(knot));
    this.#drawing.frame.setAttribute('aria-valuetext', text);
  }
}

/** The keyboard goes from knot to knot as over a slider. */
const SLIDER: Readonly<Record<string, string>> = {
  tabindex: '0',
  role: 'slider',
  'aria-label': t('Breakpoint'),
  'aria-valuemin': '0',
  'aria-valuenow': '0',
};

/** Hues of as many outputs as are told apart by them. */
const MAX_HUES = 10;

/** Which curve is which output; nothing where there is one. */
function drawOutputLegend(legend: HTMLElement, drawn: number, all: number): void {
  setHidden(legend, all < 2);
  if (all < 2 || legend.childElementCount === drawn) return;
  const entries = Array.from({ length: drawn }, (_, o) =>
    element('span', { class: 'legendEntry' }, [outputSample(o), t('output {0}', o + 1)]),
  );
  legend.replaceChildren(...entries, all > drawn ? t('and {0} more', all - drawn) : '');
}

function outputSample(output: number): SVGSVGElement {
  const sample = select(svgElement('svg'));
  sample.attr('class', 'outputSample').attr('width', 22).attr('height', 8).attr('aria-hidden', 'true');
  const curve = sample
    .append('path')
    .attr('class', `outputCurve output${output % 4}`)
    .attr('data-output', output)
    .attr('d', 'M0,4H22');
  curve.style('--hue', layerHue(output, MAX_HUES));
  return sample.node() as SVGSVGElement;
}

function drawAxes(vertical: Group, bottom: Group, { x, y, left, right, height }: LineLayout): void {
  const values = axisLeft(y)
    .ticks(4)
    .tickSize(-(right - left))
    .tickPadding(8)
    .offset(0);
  vertical.attr('transform', `translate(${left},0)`).call(values).select('.domain').remove();
  vertical.selectAll<SVGTextElement, number>('.tick text').text((value) => significant(value));
  const places = axisBottom(x).tickValues([0, 0.25, 0.5, 0.75, 1]).tickFormat(String).tickSize(4).offset(0);
  bottom.attr('transform', `translate(0,${height - 24 - TITLE_BELOW})`).call(places);
}

/** Positions go from 0 to 1: the length of the line in the input space says what that is. */
function titlesOf({ outputCount, length }: PanelLine): AxisTitles {
  return {
    vertical: outputCount > 1 ? t('outputs') : t('output'),
    horizontal: t('share of the line (length {0})', significant(length)),
  };
}

function drawLanes(group: Group, { lanes, laneHeight, left, right, width, x }: LineLayout, line: PanelLine): void {
  const names = right - left < 260 ? 9 : NAME_LENGTH;
  const isNamed = laneHeight >= 11;
  group
    .selectAll<SVGGElement, Lane>('g.lane')
    .data(lanes, (lane) => lane.layer.index)
    .join((enter) => {
      const lane = enter.append('g').attr('class', 'lane').attr('data-reveal', '');
      lane.append('rect').attr('class', 'hit');
      lane.append('path').attr('class', 'ticks');
      lane.append('text').attr('class', 'layerName').attr('dy', '0.35em');
      return lane;
    })
    .order()
    .attr('data-layer', (lane) => lane.layer.index)
    .each(function (lane) {
      const node = select(this);
      const middle = lane.top + laneHeight / 2;
      node.select('.hit').attr('x', 0).attr('y', lane.top).attr('width', width).attr('height', laneHeight);
      node
        .select('.ticks')
        .attr('d', tickPath(line, lane.layer.index, x, lane.top + 2, laneHeight - 4))
        .style('--hue', layerHue(lane.depth, lanes.length))
        .attr('stroke-width', lane.count > 400 ? 0.5 : 1);
      node
        .select('.layerName')
        .attr('x', right + 10)
        .attr('y', middle)
        .text(isNamed ? `${shorten(lane.layer.name, names)} ${formatCount(lane.count)}` : '');
    });
}

function drawCurves(group: Group, { x, y }: LineLayout, line: PanelLine): void {
  group
    .selectAll<SVGPathElement, number>('path')
    .data(Array.from({ length: drawnOutputs(line) }, (_, o) => o))
    .join('path')
    .attr('class', (o) => `outputCurve output${o % 4}`)
    .attr('data-output', (o) => o)
    .style('--hue', (o) => layerHue(o, MAX_HUES))
    .attr('d', (o) => outputPath(line, o, x, y));
}

/** What stands below the plot while no knot is looked at. */
function summary({ knots, exact }: PanelLine): string {
  const inner = Math.max(0, knots.length - 2);
  const counts = t(
    '{0}, {1}',
    plural(inner, t('breakpoint'), t('breakpoints')),
    plural(inner + 1, t('piece'), t('pieces')),
  );
  const sentence = `${counts}${exact ? '' : t(' (stopped early)')}.`;
  return inner === 0 ? sentence : `${sentence} ${t('Arrow keys go from one to the next.')}`;
}

function describe(line: PanelLine, lanes: readonly Lane[]): string {
  const parts = lanes
    .slice(0, 20)
    .map(({ layer, count }) => `${layer.name}: ${plural(count, t('breakpoint'), t('breakpoints'))}`);
  return t(
    '{0} outputs along a line of {1} pieces. {2}.',
    line.outputCount,
    formatCount(line.knots.length - 1),
    parts.join(', '),
  );
}

function describeKnot(line: PanelLine, layers: readonly PanelLayer[], knot: number, place: number): string {
  const layer = layers.find((one) => one.index === line.layers[knot]);
  const bends =
    layer === undefined ? t('end of the line') : t('{0} bends at {1}', layer.name, significant(line.knots[knot], 6));
  const values = outputsAt(line, place)
    .slice(0, 4)
    .map((value) => significant(value))
    .join(', ');
  const rest = line.outputCount > 4 ? ', …' : '';
  return t('at {0}: {1}{2} · nearest: {3}', significant(place, 4), values, rest, bends);
}
