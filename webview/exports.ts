import { formatDomain } from './format.ts';
import { numberColumns } from './numbersTable.ts';
import type { View } from './view.ts';

/** The numbers as a Markdown table, with what is needed to read it elsewhere. */
export function numbersAsMarkdown(view: View): string {
  const columns = numberColumns(view);
  const cells = (values: readonly string[]): string =>
    `| ${values.map((value) => value.replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    `**${view.network.name}** (${view.network.architecture})`,
    '',
    cells(['layer', ...columns.map((column) => column.title)]),
    cells(['---', ...columns.map(() => '---:')]),
    ...view.layers.map((layer) => cells([layer.name, ...columns.map((column) => column.text(layer))])),
    '',
    provenance(view),
    '',
  ].join('\n');
}

/** Where the figures are for, and how the counted networks were drawn. */
function provenance(view: View): string {
  const { network, run } = view;
  const whole = network.atMost ?? network.canReach;
  const parts = whole ? [`At most, can reach: on ${formatDomain(whole.domain)}.`] : [];
  if (view.expected || view.counts.length > 0)
    parts.push(`Expected, counted: on ${formatDomain(view.countDomain)}; ${network.initialization}.`);
  if (run !== null && view.counts.length > 0) {
    const seeds = view.counts.map((count) => count.seed);
    parts.push(
      run.settings.fileWeights ? 'Weights of the file.' : `Seeds ${Math.min(...seeds)} to ${Math.max(...seeds)}.`,
    );
  }
  return parts.join(' ').replaceAll('\u00a0', ' ');
}

/** A row for each layer: log10 of every series, mean and deviation of the counts, then each seed's count. */
export function numbersAsCsv(view: View): string {
  const { network, counts } = view;
  const series = [network.atMost, network.canReach, view.slice, view.expected].filter((one) => one !== null);
  const titles = series.map((one) => `log10 ${one.id}${one === view.slice ? ' (slice)' : ''}`);
  const header = [
    'layer',
    'type',
    'neurons',
    'dimensionIn',
    ...titles,
    'counted mean',
    'counted deviation',
    ...counts.map((count) => `seed ${count.seed}`),
  ];
  const rows = view.layers.map((layer) => {
    const spread = view.counted[layer.index];
    return [
      layer.name,
      layer.type,
      layer.neurons,
      layer.dimensionIn,
      ...series.map((one) => one.perLayer[layer.index]?.log10 ?? null),
      spread?.mean ?? null,
      spread?.deviation ?? null,
      ...counts.map((count) => count.perLayer[layer.index] ?? null),
    ];
  });
  return [header, ...rows].map((row) => `${row.map(csvField).join(',')}\r\n`).join('');
}

function csvField(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** What a drawing looks like without its style sheet. */
const KEPT_STYLES = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-opacity',
  'stroke-linecap',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'letter-spacing',
] as const;
const SVG = 'http://www.w3.org/2000/svg';
const MARGIN = 16;

/** The plots under one another as one picture that needs no style sheet, in the colours of the current theme. */
export function plotsAsSvg(view: View, sections: readonly HTMLElement[]): string {
  const picture = document.createElementNS(SVG, 'svg');
  const background = document.createElementNS(SVG, 'rect');
  picture.append(background);
  let height = MARGIN;
  let width = 0;
  for (const section of sections) {
    const drawing = section.querySelector<SVGSVGElement>('svg.plot');
    const title = section.querySelector('h2');
    if (drawing === null || title === null) continue;
    const { width: drawingWidth, height: drawingHeight } = drawing.getBoundingClientRect();
    picture.append(heading(`${title.textContent} · ${view.network.name}`, title, height + 12));
    const part = styledCopy(drawing);
    part.setAttribute('transform', `translate(${MARGIN},${height + 24})`);
    picture.append(part);
    height += drawingHeight + 24 + MARGIN;
    width = Math.max(width, drawingWidth + 2 * MARGIN);
  }
  for (const [name, value] of Object.entries({ xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}` }))
    picture.setAttribute(name, String(value));
  background.setAttribute('width', String(width));
  background.setAttribute('height', String(height));
  background.setAttribute(
    'fill',
    getComputedStyle(document.documentElement).getPropertyValue('--vscode-editor-background').trim() || 'white',
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(picture)}\n`;
}

function heading(text: string, like: Element, y: number): SVGTextElement {
  const node = document.createElementNS(SVG, 'text');
  const style = getComputedStyle(like);
  node.textContent = text;
  for (const [name, value] of Object.entries({
    x: String(MARGIN),
    y: String(y),
    fill: style.color,
    'font-family': style.fontFamily,
    'font-size': '12px',
    'font-weight': '600',
  }))
    node.setAttribute(name, value);
  return node;
}

/** The drawing as a group, without what only serves pointing, every style written out as an attribute. */
function styledCopy(drawing: SVGSVGElement): SVGGElement {
  const group = document.createElementNS(SVG, 'g');
  for (const child of drawing.children) {
    const copy = styledElement(child);
    if (copy !== null) group.append(copy);
  }
  return group;
}

const SERVES_POINTING = '.columns, .hit';
const GEOMETRY = new Set([
  'd',
  'x',
  'y',
  'x1',
  'x2',
  'y1',
  'y2',
  'cx',
  'cy',
  'r',
  'rx',
  'dx',
  'dy',
  'width',
  'height',
  'transform',
  'text-anchor',
]);

function styledElement(original: Element): Element | null {
  if (original.matches(SERVES_POINTING)) return null;
  const copy = document.createElementNS(SVG, original.localName);
  for (const { name, value } of original.attributes) if (GEOMETRY.has(name)) copy.setAttribute(name, value);
  const style = getComputedStyle(original);
  if (original.localName !== 'g') {
    for (const name of KEPT_STYLES) copy.setAttribute(name, style.getPropertyValue(name));
  }
  for (const child of original.childNodes) {
    const part = child instanceof Element ? styledElement(child) : document.createTextNode(child.textContent ?? '');
    if (part !== null) copy.append(part);
  }
  return copy;
}
