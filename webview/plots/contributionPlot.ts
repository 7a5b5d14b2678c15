import { formatFactor } from '../../src/common/formatFigures.ts';
import { scaleLinear } from 'd3-scale';
import { select, type BaseType, type Selection } from 'd3-selection';
import type { PanelLayer } from '../../src/protocol/panel.ts';
import type { Plot } from '../app/actions.ts';
import { setDrawnPower, type Group } from './axis.ts';
import { Drawing } from './drawing.ts';
import { element, setHidden, setPowerText, setText } from '../widgets/dom.ts';
import { describeCounted, partialMark } from '../tables/figures.ts';
import { formatDomain, shortNames } from '../format.ts';
import { keepOneInTabOrder, rovingFocus } from './roving.ts';
import { contributions, countedAfter, seriesAfter, type View } from '../app/view.ts';
import { t } from '../app/strings.ts';

type Mark = Selection<BaseType, unknown, null, undefined>;

interface Row {
  readonly layer: PanelLayer;
  readonly name: string;
  readonly y: number;
  /** log10 of the factors; null where there is no figure. */
  readonly theory: number | null;
  readonly mean: number | null;
  readonly counted: number | null;
}

interface Layout {
  readonly rows: readonly Row[];
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly theoryHeight: number;
  readonly countedHeight: number;
  readonly x: (log10: number) => number;
  /** The theory's bar is for the counted slice in place of the whole input space. */
  readonly sliced: boolean;
  /** Says that counts did not come to their end, where they did not. */
  readonly partial: string;
}

const CHARACTER = 6.4;
const NAME_LENGTH = 16;
/** Of the width. */
const MAX_NAME_SHARE = 0.36;
/** Beyond this many layers the rows move closer. */
const ROOMY = 14;

/** What each layer multiplies: the bound's factor with what was measured right under it. */
export class ContributionPlot implements Plot {
  readonly element: HTMLElement;
  readonly #drawing = new Drawing('contributionPlot', 'h2', 'muted caption');
  readonly #rows = this.#drawing.group();
  readonly #notes = element('ul', { class: 'notes' });
  #view: View | null = null;

  constructor() {
    const { svg, heading, description, frame } = this.#drawing;
    // Its rows can be walked through.
    svg.attr('role', 'group');
    frame.className = 'barsFrame';
    setText(heading, t('Factor per layer'));
    this.element = element('section', { class: 'contribution' }, [heading, description, frame, this.#notes]);
    rovingFocus(frame, '.row > .hit');
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
    const { width, frame, description } = this.#drawing;
    if (view === null || width === 0) return;
    const layout = layOut(view, width);
    this.#drawing.fit(width, layout.height);
    drawLegend(description, view, layout);
    drawRows(this.#rows, layout);
    keepOneInTabOrder(frame, '.row > .hit');
    drawNotes(this.#notes, view);
    // A frame that scrolls must be reachable by the keyboard; one that does not need not be.
    if (frame.scrollHeight > frame.clientHeight + 1) frame.tabIndex = 0;
    else frame.removeAttribute('tabindex');
  }
}

function layOut(view: View, width: number): Layout {
  const { layers } = view;
  // A bound for the whole input space says nothing about a line or plane in it: beside counts stands the slice's own.
  const sliced = view.slice !== null && (view.counts.length > 0 || view.expected !== null);
  const theory = contributions(layers, seriesAfter(sliced ? view.slice : view.network.atMost));
  const mean = contributions(layers, seriesAfter(view.expected));
  const counted = contributions(layers, countedAfter(view));
  const roomy = layers.length <= ROOMY;
  const rowHeight = roomy ? 38 : 25;
  const room = Math.floor((width * MAX_NAME_SHARE - 12) / CHARACTER);
  const names = shortNames(
    layers.map((layer) => layer.name),
    Math.min(NAME_LENGTH, room),
  );
  const longest = Math.max(0, ...names.map((name) => name.length));
  const left = Math.ceil(longest * CHARACTER) + 12;
  const right = width - 66;
  const highest = Math.max(0.1, ...[...theory, ...mean, ...counted].filter((value) => value !== null));
  const scale = scaleLinear([0, highest], [left, right]);
  const rows = layers.map((layer, i): Row => {
    return { layer, name: names[i], y: i * rowHeight, theory: theory[i], mean: mean[i], counted: counted[i] };
  });
  const height = Math.max(1, rows.length * rowHeight);
  const bars = roomy ? { theoryHeight: 13, countedHeight: 9 } : { theoryHeight: 9, countedHeight: 8 };
  return {
    rows,
    width,
    height,
    left,
    ...bars,
    sliced,
    partial: partialMark(view),
    x: (log10) => scale(Math.max(0, log10)),
  };
}

/** What the bars are, and for which domain. */
function drawLegend(legend: HTMLElement, view: View, layout: Layout): void {
  const here = formatDomain(view.counts.length > 0 ? view.countDomain : view.theoryDomain);
  const whole = formatDomain(view.network.atMost?.domain ?? '');
  // Where all are for one domain, it is said once.
  const where = layout.sliced ? '' : ` ${t('on {0}', here)}`;
  const parts: [string, string][] = [layout.sliced ? ['sliced', t('at most')] : ['theory', t('at most on {0}', whole)]];
  if (view.counts.length > 0) parts.push(['counted', `${describeCounted(view)}${where}${layout.partial}`]);
  if (view.expected !== null) parts.push(['expected', `${t('expected')}${where}`]);
  const key = parts.join();
  if (legend.dataset.key === key) return;
  legend.dataset.key = key;
  legend.replaceChildren(
    ...parts.map(([kind, text]) =>
      element('span', { class: 'legendEntry' }, [element('span', { class: `barSwatch ${kind}` }), text]),
    ),
    layout.sliced ? t('on {0}; logarithmic', here) : t('logarithmic'),
  );
}

function drawRows(group: Group, layout: Layout): void {
  group
    .selectAll<SVGGElement, Row>('g.row')
    .data(layout.rows, (row) => row.layer.index)
    .join((enter) => {
      const row = enter.append('g').attr('class', 'row').attr('data-reveal', '');
      const drawing = row.append('g').attr('aria-hidden', 'true');
      drawing.append('text').attr('class', 'layerName').attr('text-anchor', 'end').attr('dy', '0.35em');
      drawing.append('path').attr('class', 'bottleneckMark');
      drawing.append('rect').attr('class', 'bar theory').attr('rx', 1.5);
      drawing.append('rect').attr('class', 'bar counted').attr('rx', 1.5);
      drawing.append('path').attr('class', 'meanMark');
      drawing.append('text').attr('class', 'factor theory').attr('dy', '0.35em');
      drawing.append('text').attr('class', 'factor counted').attr('dy', '0.35em');
      row.append('rect').attr('class', 'hit').attr('role', 'button');
      return row;
    })
    .order()
    .attr('transform', (row) => `translate(0,${row.y})`)
    .attr('data-layer', (row) => row.layer.index)
    .each(function (row) {
      const node = select(this);
      drawName(node, layout, row);
      drawFactors(node, layout, row);
    });
}

/** The top of a row's bars. */
const BARS_TOP = 4;

function drawName(node: Group, { theoryHeight, countedHeight, left, width, partial }: Layout, row: Row): void {
  const height = theoryHeight + countedHeight + 2;
  node
    .select('.hit')
    .attr('aria-label', rowLabel(row, partial))
    .attr('width', width)
    .attr('height', height + 6);
  node
    .select('.layerName')
    .attr('x', left - 10)
    .attr('y', BARS_TOP + height / 2)
    .text(row.name);
  const bottleneck = `M${left - 6},${BARS_TOP}l4,4v${height - 8}l-4,4`;
  node.select('.bottleneckMark').attr('d', row.layer.bottleneck ? bottleneck : null);
}

function drawFactors(node: Group, layout: Layout, { theory, counted, mean }: Row): void {
  const { theoryHeight, countedHeight, x, sliced } = layout;
  const countedTop = BARS_TOP + theoryHeight + 1;
  drawBar(node.select('.bar.theory'), layout, theory, BARS_TOP, theoryHeight);
  node.select('.bar.theory').classed('sliced', sliced);
  drawBar(node.select('.bar.counted'), layout, counted, countedTop, countedHeight);
  const meanMark = mean === null ? null : `M${x(mean)},${countedTop - 2}v${countedHeight + 4}`;
  node.select('.meanMark').attr('d', meanMark);
  drawFactor(node.select('.factor.theory'), layout, theory, theory, BARS_TOP + theoryHeight / 2);
  // Before anything is counted, the mean's own figure stands at its mark.
  const end = Math.max(counted ?? 0, mean ?? 0);
  const label = node.select('.factor.counted').classed('expectedFactor', counted === null);
  drawFactor(label, layout, counted ?? mean, end, countedTop + countedHeight / 2 + 1);
}

function drawBar(bar: Mark, layout: Layout, log10: number | null, y: number, height: number): void {
  const width = log10 === null ? 0 : Math.max(1, layout.x(log10) - layout.left);
  bar.attr('x', layout.left).attr('y', y).attr('width', width).attr('height', height);
}

function drawFactor(text: Mark, layout: Layout, log10: number | null, end: number | null, y: number): void {
  text
    .attr('x', layout.x(end ?? 0) + 7)
    .attr('y', y)
    .each(function () {
      setDrawnPower(this as SVGTextElement, log10 === null ? '' : `× ${formatFactor(log10)}`);
    });
}

function rowLabel(row: Row, partial: string): string {
  const parts = [
    row.theory === null ? t('no bound') : t('multiplies by at most {0}', formatFactor(row.theory)),
    row.mean === null ? '' : t('expected {0}', formatFactor(row.mean)),
    row.counted === null ? '' : `${t('counted {0}', formatFactor(row.counted))}${partial}`,
    row.layer.bottleneck ? t('bottleneck') : '',
  ];
  return `${row.layer.name}: ${parts.filter(Boolean).join(', ')}`;
}

/** Bottlenecks in words. */
function drawNotes(list: HTMLElement, view: View): void {
  const texts = view.layers
    .filter((layer) => layer.bottleneck && layer.note !== null)
    .map((layer) => `${layer.name}: ${layer.note}`);
  setHidden(list, texts.length === 0);
  while (list.children.length > texts.length) list.lastElementChild?.remove();
  texts.forEach((text, i) => setPowerText(list.children[i] ?? list.appendChild(element('li')), text));
}
