import { element, powerNodes } from '../../../webview/widgets/dom.ts';
import type { BoundView, NetworkView } from './protocol.ts';

/** The tables of one network. */
export function networkNodes(network: NetworkView): Node[] {
  return [
    element('h2', { text: network.name, attributes: { id: 'network' } }),
    ...network.sizes.split('\n').map((line) => element('p', { class: 'sizes', text: line })),
    ...(network.layers.length < 2 ? [] : [scrolling('Layers', layerTable(network.layers))]),
    ...(network.bottleneck === null
      ? []
      : [element('p', { class: 'bottleneck', text: `Tightest bottleneck: ${network.bottleneck}` })]),
    ...(network.bounds.length === 0
      ? []
      : [element('h3', { text: 'Bounds and means' }), scrolling('Bounds and means', boundTable(network.bounds))]),
    ...(network.refusals.length === 0 ? [] : [refusalList(network.refusals)]),
  ];
}

/** A wide table scrolls by itself, with the keyboard too. */
function scrolling(label: string, table: HTMLElement): HTMLElement {
  return element('div', { class: 'scrolling', attributes: { tabindex: '0', role: 'region', 'aria-label': label } }, [
    table,
  ]);
}

/** Columns of words; the others hold numbers. */
const WORDS = 3;

function layerTable([head, ...rows]: readonly (readonly string[])[]): HTMLElement {
  const cellClass = (column: number) => (column < WORDS ? 'word' : 'number');
  return element('table', { class: 'layers' }, [
    element('thead', {}, [
      element(
        'tr',
        {},
        head.map((text, i) => element('th', { class: cellClass(i), text, attributes: { scope: 'col' } })),
      ),
    ]),
    element(
      'tbody',
      {},
      rows.map(([name, ...cells]) =>
        element('tr', {}, [
          element('th', { class: 'word', text: name, attributes: { scope: 'row' } }),
          ...cells.map((text, i) => element('td', { class: cellClass(i + 1) }, powerNodes(text))),
        ]),
      ),
    ),
  ]);
}

function boundTable(bounds: readonly BoundView[]): HTMLElement {
  const heads = ['what it says', 'regions', 'theorem', 'source', 'note'];
  return element('table', { class: 'bounds' }, [
    element('thead', {}, [
      element(
        'tr',
        {},
        heads.map((text) => element('th', { class: 'word', text, attributes: { scope: 'col' } })),
      ),
    ]),
    element(
      'tbody',
      {},
      bounds.map(({ says, figure, id, source, note }) =>
        element('tr', {}, [
          element('td', { class: 'word', text: says }),
          element('td', { class: 'number' }, powerNodes(figure)),
          element('td', { class: 'word' }, [element('code', { text: id })]),
          element('td', { text: source }),
          element('td', { class: 'note', text: note }),
        ]),
      ),
    ),
  ]);
}

function refusalList(refusals: readonly string[]): HTMLElement {
  return element('details', {}, [
    element('summary', { text: 'Theorems that do not apply, and why' }),
    element(
      'ul',
      {},
      refusals.map((text) => element('li', { text })),
    ),
  ]);
}
