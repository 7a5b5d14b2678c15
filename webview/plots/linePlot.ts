import { formatCount, significant } from '../../src/common/formatFigures.ts';
import { axisBottom, axisLeft } from 'd3-axis';
import { scaleLinear, type ScaleLinear } from 'd3-scale';
import { select } from 'd3-selection';
import type { PanelLayer } from '../../src/protocol/panel.ts';
import type { PanelLine } from '../../src/protocol/runs.ts';
import { drawAxisTitles, TITLE_ABOVE, TITLE_BELOW, type AxisTitles, type Group } from './axis.ts';
import { element, setHidden, setText, uniqueId } from '../widgets/dom.ts';
import { plural, shorten } from '../format.ts';
import { layerHue } from '../picture/layerColor.ts';
import { createLineTable } from '../tables/lineTable.ts';
import {
  breakpointsByLayer,
  drawnOutputs,
  nearestKnot,
  outputExtent,
  outputPath,
  outputsAt,
  tickPath,
} from './lineGeometry.ts';
import { t } from '../app/strings.ts';

export interface LinePlot {
  readonly element: HTMLElement;
  show(line: PanelLine | null, layers: readonly PanelLayer[]): void;
  resize(): void;
}

interface Geometry {
  readonly width: number;
  readonly left: number;
  readonly right: number;
  readonly x: ScaleLinear<number, number>;
  readonly y: ScaleLinear<number, number>;
  readonly lanes: readonly Lane[];
  readonly laneHeight: number;
  readonly height: number;
}

interface Lane {
  readonly layer: PanelLayer;
  readonly depth: number;
  readonly top: number;
  readonly count: number;
}

/** The lowest place of a curve, and the highest. */
const CURVES = 206 + TITLE_ABOVE;
const TOP = 6 + TITLE_ABOVE;
const LABELS_LEFT = 46;
const NAME_LENGTH = 14;

/** The outputs along the line, and under them, on a lane for each layer, every place where it bends. */
export function createLinePlot(): LinePlot {
  const titleId = uniqueId('lineTitle');
  const descriptionId = uniqueId('lineDescription');
  const svg = select(document.createElementNS('http://www.w3.org/2000/svg', 'svg'))
    .attr('class', 'plot linePlot')
    .attr('role', 'img')
    .attr('aria-labelledby', `${titleId} ${descriptionId}`);
  const heading = element('h2', { text: t('Outputs along the line'), attributes: { id: titleId } });
  const description = element('p', { class: 'visuallyHidden', attributes: { id: descriptionId } });
  const readout = element('p', { class: 'muted caption readout', attributes: { role: 'status' } });
  const frame = element(
    'div',
    {
      class: 'plotFrame',
      attributes: {
        tabindex: '0',
        role: 'slider',
        'aria-label': t('Breakpoint'),
        'aria-valuemin': '0',
        'aria-valuenow': '0',
      },
    },
    [svg.node()],
  );
  const table = createLineTable();
  const legend = element('p', { class: 'muted caption outputLegend' });
  const parts = [heading, description, frame, legend, readout, table.element];
  const root = element('section', { class: 'lineSection' }, parts);
  const axes = svg.append('g').attr('class', 'axis axisY');
  const bottom = svg.append('g').attr('class', 'axis axisT');
  const curves = svg.append('g').attr('class', 'curves');
  const lanes = svg.append('g').attr('class', 'lanes');
  const titles = svg.append('g');
  const crosshair = svg.append('line').attr('class', 'lineCrosshair');
  let line: PanelLine | null = null;
  let layers: readonly PanelLayer[] = [];
  let geometry: Geometry | null = null;
  /** The knot that is looked at. */
  let current = -1;

  function draw(): void {
    // What is hidden has no width.
    setHidden(root, line === null);
    const width = frame.clientWidth;
    if (line === null || width === 0) return;
    const drawn = (geometry = layOut(line, layers, width));
    svg.attr('width', width).attr('height', drawn.height).attr('viewBox', `0 0 ${width} ${drawn.height}`);
    setText(description, describe(line, drawn.lanes));
    frame.setAttribute('aria-valuemax', String(line.knots.length - 1));
    drawAxes(axes, bottom, drawn);
    const shown = line;
    curves
      .selectAll<SVGPathElement, number>('path')
      .data(Array.from({ length: drawnOutputs(shown) }, (_, o) => o))
      .join('path')
      .attr('class', (o) => `outputCurve output${o % 4}`)
      .attr('data-output', (o) => o)
      .style('--hue', (o) => layerHue(o, MAX_HUES))
      .attr('d', (o) => outputPath(shown, o, drawn.x, drawn.y));
    drawLanes(lanes, drawn, shown);
    drawAxisTitles(titles, titlesOf(shown), { ...drawn, bottom: drawn.height - 4 });
    drawOutputLegend(legend, drawnOutputs(shown), shown.outputCount);
    look(-1);
  }

  function look(knot: number, at?: number): void {
    current = knot;
    const isThere = line !== null && geometry !== null && knot >= 0;
    crosshair.attr('visibility', isThere ? 'visible' : 'hidden');
    if (!isThere) return setText(readout, summary());
    const { x, height } = geometry!;
    const place = at ?? line!.knots[knot];
    crosshair
      .attr('x1', x(place))
      .attr('x2', x(place))
      .attr('y1', TOP - 2)
      .attr('y2', height - 26 - TITLE_BELOW);
    const text = describeKnot(line!, layers, knot, place);
    setText(readout, text);
    frame.setAttribute('aria-valuenow', String(knot));
    frame.setAttribute('aria-valuetext', text);
  }

  function summary(): string {
    if (line === null) return '';
    const inner = Math.max(0, line.knots.length - 2);
    const counts = t(
      '{0}, {1}',
      plural(inner, t('breakpoint'), t('breakpoints')),
      plural(inner + 1, t('piece'), t('pieces')),
    );
    const sentence = `${counts}${line.exact ? '' : t(' (stopped early)')}.`;
    return inner === 0 ? sentence : `${sentence} ${t('Arrow keys go from one to the next.')}`;
  }

  svg.on('pointermove', (event: PointerEvent) => {
    if (line === null || geometry === null) return;
    const place = geometry.x.invert(event.offsetX);
    if (place < 0 || place > 1) return look(-1);
    look(nearestKnot(line, place), place);
  });
  svg.on('pointerleave', () => look(-1));
  frame.addEventListener('focusout', () => look(-1));
  frame.addEventListener('keydown', (event) => {
    if (line === null) return;
    const last = line.knots.length - 1;
    const targets: Record<string, number> = {
      ArrowRight: current + 1,
      ArrowLeft: current - 1,
      PageDown: current + 10,
      PageUp: current - 10,
      Home: 0,
      End: last,
    };
    if (!(event.key in targets)) return;
    event.preventDefault();
    look(Math.min(last, Math.max(0, targets[event.key])));
  });
  return {
    element: root,
    show: (next, nextLayers) => {
      if (next === line && nextLayers === layers) return;
      line = next;
      layers = nextLayers;
      table.show(line, layers);
      draw();
    },
    resize: () => {
      if (geometry?.width !== frame.clientWidth) draw();
    },
  };
}

/** Hues of as many outputs as are told apart by them. */
const MAX_HUES = 10;
const SVG = 'http://www.w3.org/2000/svg';

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
  const sample = select(document.createElementNS(SVG, 'svg'));
  sample.attr('class', 'outputSample').attr('width', 22).attr('height', 8).attr('aria-hidden', 'true');
  const curve = sample
    .append('path')
    .attr('class', `outputCurve output${output % 4}`)
    .attr('data-output', output)
    .attr('d', 'M0,4H22');
  curve.style('--hue', layerHue(output, MAX_HUES));
  return sample.node() as SVGSVGElement;
}

function layOut(line: PanelLine, all: readonly PanelLayer[], width: number): Geometry {
  const counts = breakpointsByLayer(line);
  const bending = all.filter((layer) => layer.neurons > 0);
  const narrow = width < 420;
  const left = narrow ? 34 : LABELS_LEFT;
  const right = width - (narrow ? 84 : 128);
  const laneHeight = bending.length <= 8 ? 18 : Math.max(5, Math.floor(144 / bending.length));
  const top = CURVES + 14;
  const lanes = bending.map((layer, depth): Lane => {
    return { layer, depth, top: top + depth * laneHeight, count: counts.get(layer.index) ?? 0 };
  });
  const height = top + bending.length * laneHeight + 30 + TITLE_BELOW;
  const y = scaleLinear(outputExtent(line), [CURVES, TOP]).nice(4);
  return { width, left, right, x: scaleLinear([0, 1], [left, right]), y, lanes, laneHeight, height };
}

function drawAxes(vertical: Group, bottom: Group, { x, y, left, right, height }: Geometry): void {
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

function drawLanes(group: Group, { lanes, laneHeight, left, right, width, x }: Geometry, line: PanelLine): void {
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
