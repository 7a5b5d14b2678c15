import { formatCount, significant } from '../../src/common/formatFigures.ts';
import type { PanelLayer } from '../../src/protocol/panel.ts';
import type { PanelProbe } from '../../src/protocol/runs.ts';
import { element, plainButton, setHidden, setText, svgElement } from '../widgets/dom.ts';
import { t } from '../app/strings.ts';

interface DetailsActions {
  copy(text: string): void;
  /** Pins the region shown, or lets it go. */
  pin(): void;
}

export interface RegionDetails {
  readonly element: HTMLElement;
  setPinned(pinned: boolean): void;
  show(probe: PanelProbe | null, layers: readonly PanelLayer[], inputs: number): void;
}

const CELL = 5;
const CELLS_PER_ROW = 48;

/** The region at one point: which units are on, and the affine map that holds there. */
export function createRegionDetails(actions: DetailsActions): RegionDetails {
  const maps = element('div', { class: 'affineMaps' });
  const patterns = element('dl', { class: 'patterns' });
  const pin = plainButton('chip', t('Pin'), () => actions.pin());
  const copy = plainButton('chip', t('Copy'), () => actions.copy(text));
  const tools = element('p', { class: 'chips' }, [pin, copy]);
  const figures = element('div', { attributes: { role: 'status' } }, [maps, patterns]);
  const root = element('div', { class: 'regionDetails' }, [figures, tools]);
  root.hidden = true;
  let text = '';
  return {
    element: root,
    setPinned: (pinned) => setText(pin, pinned ? t('Unpin') : t('Pin')),
    show: (probe, layers, inputs) => {
      setHidden(root, probe === null);
      if (probe === null) return;
      maps.replaceChildren(
        ...probe.outputs.map((map, o) => element('p', { text: mapText(map, o, probe.outputs.length, inputs) })),
      );
      text = detailsText(probe, layers, inputs);
      patterns.replaceChildren(...probe.pattern.flatMap((part) => patternRow(part, layers)));
    },
  };
}

/** The same as lines of text, with the whole pattern. */
function detailsText({ outputs, pattern }: PanelProbe, layers: readonly PanelLayer[], inputs: number): string {
  const maps = outputs.map((map, o) => mapText(map, o, outputs.length, inputs));
  const rows = pattern.map((part) => `${layerName(part, layers)}: ${onText(part)}, ${part.pieces}`);
  return [...maps, ...rows].join('\n');
}

type Affine = PanelProbe['outputs'][number];

/** `f = 0.42 x₁ − 1.37 x₂ + 0.19, here 0.188`; of many inputs the size of the gradient alone. */
function mapText(
  { coefficients, size, constant, value }: Affine,
  output: number,
  outputs: number,
  inputs: number,
): string {
  const name = outputs === 1 ? 'f' : `f${subscript(output + 1)}`;
  const here = t('here {0}', significant(value));
  if (inputs > coefficients.length) return t('{0}: gradient of size {1}, {2}', name, significant(size), here);
  const terms = coefficients.map((slope, i) =>
    i === 0 ? `${significant(slope)} x₁` : term(slope, ` x${subscript(i + 1)}`),
  );
  return `${name} = ${terms.join(' ')} ${term(constant, '')}, ${here}`;
}

function term(slope: number, variable: string): string {
  return `${slope < 0 ? '−' : '+'} ${significant(Math.abs(slope))}${variable}`;
}

function subscript(n: number): string {
  return String(n).replace(/\d/g, (digit) => '₀₁₂₃₄₅₆₇₈₉'[Number(digit)]);
}

type Pattern = PanelProbe['pattern'][number];

function patternRow(part: Pattern, layers: readonly PanelLayer[]): HTMLElement[] {
  return [
    element('dt', { text: layerName(part, layers) }),
    element('dd', {}, [patternDrawing(part.pieces), element('span', { class: 'muted', text: onText(part) })]),
  ];
}

function layerName({ layer }: Pattern, layers: readonly PanelLayer[]): string {
  return layers.find(({ index }) => index === layer)?.name ?? t('layer {0}', layer);
}

function onText({ above, units }: Pattern): string {
  return t('{0} of {1} on', formatCount(above), formatCount(units));
}

/** A square for each unit, filled where it is on (on a higher piece: fuller). */
function patternDrawing(pieces: string): SVGSVGElement {
  const rows = Math.max(1, Math.ceil(pieces.length / CELLS_PER_ROW));
  const width = Math.min(CELLS_PER_ROW, Math.max(1, pieces.length)) * CELL;
  const drawing = svgElement('svg');
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
    const path = svgElement('path');
    path.setAttribute('class', `piece piece${piece}`);
    path.setAttribute('d', d);
    drawing.append(path);
  }
  return drawing;
}
