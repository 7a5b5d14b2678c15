import { sourceId } from '../../src/common/weightsSource.ts';
import { select } from 'd3-selection';
import { area, line } from 'd3-shape';
import type { PanelLayer } from '../../src/protocol/panel.ts';
import {
  depthGeometry,
  endLabel,
  placeLabels,
  type DepthGeometry,
  type EndLabel,
  type Pane,
  type PlotLine,
} from './depthGeometry.ts';
import type { Plot } from '../app/actions.ts';
import { drawAxisTitles, drawLogAxis, type Group } from './axis.ts';
import { Drawing } from './drawing.ts';
import { element, setText } from '../widgets/dom.ts';
import { formatDomain, plural } from '../format.ts';
import { describeCounted, layerFigures, figuresSentence } from '../tables/figures.ts';
import { keepOneInTabOrder, rovingFocus } from './roving.ts';
import { createTooltip } from './tooltip.ts';
import type { View } from '../app/view.ts';
import { t } from '../app/strings.ts';

/**
 * Regions after each layer on a log axis: bounds as lines, the mean as dots of a line, every counted network as a dot.
 */
export class DepthPlot implements Plot {
  readonly element: HTMLElement;
  readonly #drawing = new Drawing('depthPlot', 'h2', 'visuallyHidden');
  readonly #panes = this.#drawing.group();
  readonly #titles = this.#drawing.group().attr('aria-hidden', 'true');
  readonly #axis = this.#drawing.group('axis axisX').attr('aria-hidden', 'true');
  readonly #columns = this.#drawing.group('columns');
  readonly #tooltip = createTooltip();
  #view: View | null = null;

  constructor() {
    const { svg, heading, description, frame } = this.#drawing;
    // Its columns can be walked through.
    svg.attr('role', 'group');
    setText(heading, t('Regions after each layer'));
    frame.append(this.#tooltip.element);
    this.element = element('section', { class: 'depth' }, [heading, description, frame]);
    const columns = this.#columns.node()!;
    for (const type of ['pointerover', 'focusin']) columns.addEventListener(type, (event) => this.#showTooltip(event));
    for (const type of ['pointerleave', 'focusout']) columns.addEventListener(type, () => this.#tooltip.hide());
    rovingFocus(columns, '.column');
  }

  update(view: View): void {
    this.#view = view;
    this.#draw();
  }

  resize(): void {
    if (this.#drawing.isOutgrown) this.#draw();
  }

  #draw(): void {
    const view = this.#view;
    const { width } = this.#drawing;
    if (view === null || width === 0) return;
    const geometry = depthGeometry(view, width);
    this.#drawing.fit(width, geometry.height);
    setText(this.#drawing.description, describe(view));
    drawPanes(this.#panes, geometry, view);
    drawLayerAxis(this.#axis, geometry);
    // Each pane has the title of its vertical axis.
    drawAxisTitles(
      this.#titles,
      { vertical: '', horizontal: t('layer') },
      { ...geometry, bottom: geometry.height - 3 },
    );
    drawColumns(this.#columns, geometry, view);
    keepOneInTabOrder(this.#columns.node()!, '.column');
  }

  /** The tooltip stands beside the column that is pointed at or has the focus. */
  #showTooltip(event: Event): void {
    const view = this.#view;
    const column = (event.target as Element).closest<SVGGElement>('.column');
    const layer = view?.layers.find(({ index }) => String(index) === column?.dataset.layer);
    if (view === null || column === null || layer === undefined) return this.#tooltip.hide();
    this.#tooltip.show(layer, layerFigures(view, layer), Number(column.dataset.x), this.#drawing.width);
  }
}

function describe(view: View): string {
  const { network } = view;
  const parts = [
    t(
      'log10 of the number of regions of {0} after each of {1}.',
      network.name,
      plural(view.layers.length, t('layer'), t('layers')),
    ),
  ];
  if (network.atMost?.total) parts.push(t('At most {0}.', network.atMost.total.text));
  if (network.canReach?.total) parts.push(t('Can reach {0}.', network.canReach.total.text));
  if (view.expected?.total) parts.push(t('Expected on {0}: {1}.', view.expected.domain, view.expected.total.text));
  if (view.counts.length > 0)
    parts.push(
      t(
        '{0} {1} on {2}.',
        plural(view.counts.length, t('network'), t('networks')),
        describeCounted(view),
        view.countDomain,
      ),
    );
  parts.push(t('The table of numbers below holds the same figures.'));
  return parts.join(' ');
}

function drawPanes(root: Group, geometry: DepthGeometry, view: View): void {
  root
    .selectAll<SVGGElement, Pane>('g.pane')
    .data(geometry.panes, (pane) => pane.id)
    .join((enter) => {
      const pane = enter.append('g').attr('class', 'pane').attr('aria-hidden', 'true');
      for (const part of ['axis axisY', 'gap', 'lines', 'counts', 'ends']) pane.append('g').attr('class', part);
      pane.append('text').attr('class', 'paneCaption');
      return pane;
    })
    .each(function (pane) {
      const group = select(this);
      group
        .select('.paneCaption')
        .attr('x', geometry.left)
        .attr('y', pane.top - 12)
        .text(pane.caption === null ? t('regions') : t('regions on {0}', formatDomain(pane.caption)));
      drawLogAxis(group.select<SVGGElement>('.axisY'), pane, geometry.left, geometry.right);
      drawGap(group.select<SVGGElement>('.gap'), geometry, pane);
      drawLines(group.select<SVGGElement>('.lines'), geometry, pane);
      drawCounts(group.select<SVGGElement>('.counts'), geometry, pane, view);
      drawEnds(group.select<SVGGElement>('.ends'), geometry, pane, view);
    });
}

/** The band between what is possible at most and what is known to be reached. */
function drawGap(group: Group, geometry: DepthGeometry, pane: Pane): void {
  const upper = pane.lines.find((drawn) => drawn.kind === 'atMost')?.values;
  const lower = pane.lines.find((drawn) => drawn.kind === 'canReach')?.values;
  const band = area<number>()
    .x((position) => geometry.x(position))
    .y0((position) => pane.y(lower?.[position] ?? 0))
    .y1((position) => pane.y(upper?.[position] ?? 0))
    .defined((position) => typeof upper?.[position] === 'number' && typeof lower?.[position] === 'number');
  const positions = upper === undefined || lower === undefined ? [] : [upper.map((_, position) => position)];
  group.selectAll('path').data(positions).join('path').attr('class', 'gapFill').attr('d', band);
}

function drawLines(group: Group, geometry: DepthGeometry, pane: Pane): void {
  const path = line<number | null>()
    .x((_, position) => geometry.x(position))
    .y((value) => pane.y(value ?? 0))
    .defined((value) => value !== null);
  group
    .selectAll<SVGPathElement, PlotLine>('path')
    .data(drawingOrder(pane.lines), (drawn) => drawn.kind + drawn.id)
    .join('path')
    .order()
    .attr('class', (drawn) => `line ${drawn.kind}`)
    .attr('data-series', (drawn) => drawn.id)
    .attr('d', (drawn) => path(drawn.values));
}

/** Named bounds lie under the main lines. */
function drawingOrder(lines: readonly PlotLine[]): PlotLine[] {
  return [...lines.filter((drawn) => drawn.kind === 'named'), ...lines.filter((drawn) => drawn.kind !== 'named')];
}

interface Dot {
  readonly key: string;
  readonly x: number;
  readonly y: number;
  readonly exact: boolean;
}

interface Mean {
  readonly layer: number;
  readonly x: number;
  readonly y: number;
  readonly high: number;
  readonly low: number;
}

/** Beyond this many, dots are a smear that only costs time: mean and spread stay. */
const MAX_DOTS = 6000;

function drawCounts(group: Group, geometry: DepthGeometry, pane: Pane, view: View): void {
  const reach = Math.min(8, geometry.step * 0.2);
  const dots: Dot[] = [];
  const means: Mean[] = [];
  if (pane.showsCounts) {
    view.layers.forEach((layer, i) => {
      const x = geometry.x(i + 1);
      if (view.counts.length * view.layers.length <= MAX_DOTS) {
        for (const count of view.counts) {
          const regions = count.perLayer[layer.index];
          if (regions === undefined || regions < 1) continue;
          const key = `${layer.index}/${sourceId(count.source)}`;
          dots.push({
            key,
            x: x + reach * jitter(count.source.seed),
            y: pane.y(Math.log10(regions)),
            exact: count.exact,
          });
        }
      }
      const spread = view.counted[layer.index];
      if (!spread || spread.counts < 2) return;
      const y = (regions: number): number => pane.y(Math.log10(Math.max(1, regions)));
      means.push({
        layer: layer.index,
        x,
        y: y(spread.mean),
        high: y(spread.mean + spread.deviation),
        low: y(spread.mean - spread.deviation),
      });
    });
  }
  group
    .selectAll<SVGCircleElement, Dot>('circle')
    .data(dots, (dot) => dot.key)
    .join('circle')
    .attr('r', view.counts.length === 1 ? 3.2 : 1.8)
    .attr('class', (dot) => (dot.exact ? 'countedDot' : 'countedDot atLeast'))
    // Where layers stand close, dots merge into a band that lets the lines through.
    .classed('dense', geometry.step < 16)
    .attr('data-dot', (dot) => dot.key)
    .attr('cx', (dot) => dot.x)
    .attr('cy', (dot) => dot.y);
  const half = Math.min(11, geometry.step * 0.4);
  group
    .selectAll<SVGPathElement, Mean>('path')
    .data(means, (mean) => mean.layer)
    .join('path')
    .attr('class', 'countedMean')
    .attr('d', ({ x, y, high, low }) => `M${x - half},${y}h${2 * half}M${x},${low}V${high}`);
}

/** In [-1, 1], even, and the same for a seed at every layer and every time. */
function jitter(seed: number): number {
  return 2 * ((seed * 0.6180339887498949) % 1) - 1;
}

const LABEL_GAP = 15;

function drawEnds(group: Group, geometry: DepthGeometry, pane: Pane, view: View): void {
  const ends: Omit<EndLabel, 'y'>[] = pane.lines.flatMap((drawn) => {
    const last = drawn.values.findLastIndex((value) => value !== null);
    if (last < 1) return [];
    const anchor = pane.y(drawn.values[last] ?? 0);
    return [{ id: drawn.kind + drawn.id, kind: drawn.kind, text: endLabel(drawn), x: geometry.x(last), anchor }];
  });
  const lastCounted = pane.showsCounts ? view.layers.findLastIndex((layer) => view.counted[layer.index] !== null) : -1;
  const spread = lastCounted < 0 ? null : view.counted[view.layers[lastCounted].index];
  if (spread) {
    const anchor = pane.y(Math.log10(Math.max(1, spread.mean)));
    ends.push({ id: 'counted', kind: 'counted', text: describeCounted(view), x: geometry.x(lastCounted + 1), anchor });
  }
  const placed = placeLabels(ends, LABEL_GAP, pane.top, pane.top + pane.height);
  group
    .selectAll<SVGGElement, EndLabel>('g')
    .data(placed, (label) => label.id)
    .join((enter) => {
      const label = enter.append('g');
      label.append('path').attr('class', 'leader');
      label.append('text').attr('dy', '0.35em');
      return label;
    })
    .attr('class', (label) => `end ${label.kind}`)
    .each(function (label) {
      const start = geometry.right + 13;
      const moved = Math.abs(label.y - label.anchor) > 5 || label.x < geometry.right - 1;
      // From the line's end to a label that had to move away from it.
      select(this)
        .select('path')
        .attr('d', moved ? `M${label.x + 3},${label.anchor}L${start - 3},${label.y}` : null);
      select(this).select('text').attr('x', start).attr('y', label.y).text(label.text);
    });
}

function drawLayerAxis(group: Group, geometry: DepthGeometry): void {
  group
    .selectAll<SVGTextElement, DepthGeometry['axisLabels'][number]>('text')
    .data(geometry.axisLabels, (label) => label.position)
    .join('text')
    .attr('class', (label) => (label.layer === null ? 'inputName' : 'layerName'))
    .attr('data-layer', (label) => label.layer?.index ?? null)
    .attr('data-reveal', (label) => (label.layer === null ? null : ''))
    .attr('text-anchor', geometry.rotated ? 'end' : 'middle')
    .attr('transform', (label) => {
      const at = `translate(${geometry.x(label.position)},${geometry.axisTop + (geometry.rotated ? 14 : 22)})`;
      return geometry.rotated ? `${at} rotate(-40)` : at;
    })
    .text((label) => label.text);
}

/** One column a layer: what the pointer meets, what the keyboard walks through, and what lights up. */
function drawColumns(group: Group, geometry: DepthGeometry, view: View): void {
  const top = geometry.panes[0].top - 4;
  group
    .selectAll<SVGGElement, PanelLayer>('g.column')
    .data([...view.layers], (layer) => layer.index)
    .join((enter) => {
      const column = enter.append('g').attr('class', 'column').attr('role', 'button').attr('data-reveal', '');
      column.append('rect').attr('class', 'hit');
      column.append('line').attr('class', 'crosshair');
      return column;
    })
    .order()
    .attr('data-layer', (layer) => layer.index)
    .attr('data-x', (_, i) => geometry.x(i + 1))
    .attr('aria-label', (layer) => `${layer.name}: ${figuresSentence(layerFigures(view, layer))}`)
    .each(function (_, i) {
      const x = geometry.x(i + 1);
      // Neighboring columns touch; the last one reaches as far beyond its layer as its labels start.
      const from = Math.max(geometry.left, x - geometry.step / 2);
      const to = Math.min(geometry.right + 8, x + geometry.step / 2);
      const rect = select(this)
        .select('rect')
        .attr('x', from)
        .attr('width', Math.max(1, to - from));
      rect.attr('y', top).attr('height', geometry.axisTop - top);
      select(this).select('line').attr('x1', x).attr('x2', x).attr('y1', top).attr('y2', geometry.axisTop);
    });
}
