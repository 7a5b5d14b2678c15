import type { PanelLayer } from '../../src/protocol/panel.ts';
import type { PanelProbe } from '../../src/protocol/runs.ts';
import { element, setHidden } from '../widgets/dom.ts';
import { formatCount } from '../format.ts';
import { t } from '../app/strings.ts';

export interface RegionDetails {
  readonly element: HTMLElement;
  show(probe: PanelProbe | null, layers: readonly PanelLayer[], inputs: number): void;
}

const SVG = 'http://www.w3.org/2000/svg';
const CELL = 5;
const CELLS_PER_ROW = 48;

/** The region at one point: which units are on, and the affine map that holds there. */
export function createRegionDetails(): RegionDetails {
  const maps = element('div', { class: 'affineMaps' });
  const patterns = element('dl', { class: 'patterns' });
  const root = element('div', { class: 'regionDetails', attributes: { role: 'status' } }, [maps, patterns]);
  return {
    element: root,
    show: (probe, layers, inputs) => {
      setHidden(root, probe === null);
      if (probe === null) return;
      maps.replaceChildren(...probe.outputs.map((map, o) => mapLine(map, o, probe.outputs.length, inputs)));
      patterns.replaceChildren(...probe.pattern.flatMap((part) => patternRow(part, layers)));
    },
  };
}

type Affine = PanelProbe['outputs'][number];

/** `f = 0.42 x₁ − 1.37 x₂ + 0.19, here 0.188`; of many inputs the size of the gradient alone. */
function mapLine(
  { coefficients, size, constant, value }: Affine,
  output: number,
  outputs: number,
  inputs: number,
): HTMLElement {
  const name = outputs === 1 ? 'f' : `f${subscript(output + 1)}`;
  const here = t('here {0}', signed(value));
  if (inputs > coefficients.length)
    return element('p', { text: t('{0}: gradient of size {1}, {2}', name, number(size), here) });
  const terms = coefficients.map((slope, i) =>
    i === 0 ? `${signed(slope)} x₁` : term(slope, ` x${subscript(i + 1)}`),
  );
  return element('p', { text: `${name} = ${terms.join(' ')} ${term(constant, '')}, ${here}` });
}

function term(slope: number, variable: string): string {
  return `${slope < 0 ? '−' : '+'} ${number(Math.abs(slope))}${variable}`;
}

/** Three digits, and a minus that is one. */
export function signed(value: number): string {
  return `${value < 0 ? '−' : ''}${number(Math.abs(value))}`;
}

function number(value: number): string {
  return value !== 0 && (value < 0.001 || value >= 1e5)
    ? value.toExponential(2).replace('-', '−')
    : String(Number(value.toPrecision(3)));
}

function subscript(n: number): string {
  return String(n).replace(/\d/g, (digit) => '₀₁₂₃₄₅₆₇₈₉'[Number(digit)]);
}

function patternRow(part: PanelProbe['pattern'][number], layers: readonly PanelLayer[]): HTMLElement[] {
  const name = layers.find((layer) => layer.index === part.layer)?.name ?? t('layer {0}', part.layer);
  const text = t('{0} of {1} on', formatCount(part.above), formatCount(part.units));
  return [
    element('dt', { text: name }),
    element('dd', {}, [patternDrawing(part.pieces), element('span', { class: 'muted', text })]),
  ];
}

/** A square for each unit, filled where it is on (on a higher piece: fuller). */
function patternDrawing(pieces: string): SVGSVGElement {
  const rows = Math.max(1, Math.ceil(pieces.length / CELLS_PER_ROW));
  const width = Math.min(CELLS_PER_ROW, Math.max(1, pieces.length)) * CELL;
  const drawing = document.createElementNS(SVG, 'svg');
  const attributes = {
    class: 'pattern',
    width,
    height: rows * CELL,
    viewBox: `0 0 ${width} ${rows * CELL}`,
    'aria-hidden': 'true',
  };
  for (const [name, value] of Object.entries(attributes)) drawing.setAttribute(name, String(value));
  const paths = new Map<number, string>();
  [...pieces].forEach((piece, i) => {
    const at = Math.min(2, parseInt(piece, 36));
    const x = (i % CELLS_PER_ROW) * CELL;
    const y = Math.floor(i / CELLS_PER_ROW) * CELL;
    paths.set(at, `${paths.get(at) ?? ''}M${x},${y}h${CELL - 1}v${CELL - 1}h${1 - CELL}z`);
  });
  for (const [piece, d] of paths) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('class', `piece piece${piece}`);
    path.setAttribute('d', d);
    drawing.append(path);
  }
  return drawing;
}
