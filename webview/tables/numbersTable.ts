import { formatCount, formatFactor } from '../../src/common/formatFigures.ts';
import { select } from 'd3-selection';
import type { PanelLayer, Quantity } from '../../src/protocol/panel.ts';
import type { Section } from '../app/actions.ts';
import { element, setPowerText, setText, showText, uniqueId } from '../widgets/dom.ts';
import { describeCounted, spreadText } from './figures.ts';
import { capital, exactText, formatDomain, NO_FIGURE } from '../format.ts';
import { contributions, isCovered, seriesAfter, type View } from '../app/view.ts';
import { t } from '../app/strings.ts';
import { makeStackable } from './stackable.ts';

/** One column of the numbers, for the table on the page and for what is copied. */
export interface Column {
  readonly title: string;
  /** Shown where the pointer rests on the title: the domain. */
  readonly domain: string | null;
  readonly text: (layer: PanelLayer) => string;
  readonly detail: (layer: PanelLayer) => string;
}

/** All columns that have something to say, in the order of the tiles. */
export function numberColumns(view: View): Column[] {
  const { network } = view;
  const plain = (title: string, text: (layer: PanelLayer) => string): Column => {
    return { title, domain: null, text, detail: () => '' };
  };
  const factors = contributions(view.layers, seriesAfter(network.atMost));
  const columns = [
    plain(t('neurons'), (layer) => formatCount(layer.neurons)),
    plain(t('parameters'), ({ parameters }) => (parameters === null ? NO_FIGURE : formatCount(parameters))),
    plain(t('dims in'), (layer) => (layer.dimensionIn === null ? NO_FIGURE : formatCount(layer.dimensionIn))),
  ];
  const quantities = (title: string, domain: string, perLayer: readonly (Quantity | null)[] | undefined): void => {
    if (perLayer === undefined) return;
    const at = (layer: PanelLayer): Quantity | null => perLayer[layer.index] ?? null;
    columns.push({
      title,
      domain,
      text: (layer) => at(layer)?.text ?? NO_FIGURE,
      detail: (layer) => optional(at(layer), exactText),
    });
  };
  quantities(t('at most'), network.atMost?.domain ?? '', network.atMost?.perLayer);
  if (network.atMost !== null) {
    const factorOf = (layer: PanelLayer): number | null => factors[view.layers.indexOf(layer)] ?? null;
    columns.splice(
      columns.length - 1,
      0,
      plain(t('factor ≤'), (layer) => {
        const factor = factorOf(layer);
        return factor === null ? NO_FIGURE : formatFactor(factor);
      }),
    );
  }
  quantities(t('can reach'), network.canReach?.domain ?? '', network.canReach?.perLayer);
  quantities(sliceName(view), view.theoryDomain, view.slice?.perLayer);
  quantities(t('expected'), view.theoryDomain, view.expected?.perLayer);
  if (view.counts.length > 0) {
    columns.push({
      title: describeCounted(view),
      domain: view.countDomain,
      text: (layer) => optional(view.counted[layer.index], spreadText) || NO_FIGURE,
      detail: (layer) =>
        optional(view.counted[layer.index], (spread) => t('mean of {0}, ± standard deviation', spread.counts)),
    });
  }
  return columns;
}

/** Layers that have no row, each kind by what it is. */
function otherLayers({ network: { layers } }: View): string {
  const others = layers.filter(({ neurons }) => neurons === 0);
  const named = (kind: readonly PanelLayer[]): string =>
    kind.length > MAX_NAMED ? t('{0} layers', kind.length) : kind.map(({ name }) => name).join(', ');
  const kinds: [string, PanelLayer[]][] = [
    [t('Layers without activation'), others.filter((layer) => isCovered(layer) && layer.activation === '')],
    [t('Not piecewise linear'), others.filter((layer) => isCovered(layer) && layer.activation !== '')],
    [t('Not covered by the figures'), others.filter((layer) => !isCovered(layer))],
  ];
  return kinds
    .filter(([, kind]) => kind.length > 0)
    .map(([title, kind]) => `${title}: ${named(kind)}.`)
    .join(' ');
}

const MAX_NAMED = 8;

function sliceName({ method }: View): string {
  return method === 'line' ? t('at most on this line') : t('at most on this plane');
}

function optional<T>(value: T | null | undefined, text: (value: T) => string): string {
  return value === null || value === undefined ? '' : text(value);
}

/** The numbers behind the plots, a row for each layer that bends; they scroll inside themselves where it is narrow. */
export function createNumbersTable(): Section {
  const headingId = uniqueId('numbers');
  const heading = element('h2', { text: t('Numbers'), attributes: { id: headingId } });
  const head = element('tr');
  const body = element('tbody');
  const table = element('table', { class: 'numbers', attributes: { 'aria-labelledby': headingId } }, [
    element('thead', {}, [head]),
    body,
  ]);
  const scroller = element(
    'div',
    { class: 'scroller', attributes: { tabindex: '0', role: 'region', 'aria-labelledby': headingId } },
    [table],
  );
  const domains = element('p', { class: 'muted caption' });
  const rest = element('p', { class: 'muted caption' });
  return {
    element: element('section', { class: 'numbersSection' }, [heading, scroller, domains, rest]),
    update: (view) => {
      const columns = numberColumns(view);
      drawHead(head, columns);
      drawRows(body, view.layers, columns);
      makeStackable(table);
      setText(domains, domainCaption(view));
      showText(rest, otherLayers(view));
    },
  };
}

function drawHead(head: HTMLElement, columns: readonly Column[]): void {
  select(head)
    .selectAll<HTMLTableCellElement, string>('th')
    .data([t('layer'), ...columns.map((column) => column.title)])
    .join((enter) => enter.append('th').attr('scope', 'col'))
    .text((title) => title)
    .attr('title', (_, i) => (i === 0 || columns[i - 1].domain === null ? null : domainTitle(columns[i - 1])));
}

function drawRows(body: HTMLElement, layers: readonly PanelLayer[], columns: readonly Column[]): void {
  select(body)
    .selectAll<HTMLTableRowElement, PanelLayer>('tr')
    .data(layers, (layer) => layer.index)
    .join((enter) => {
      const row = enter.append('tr');
      row
        .append('th')
        .attr('scope', 'row')
        .append('button')
        .attr('class', 'layerName')
        .attr('type', 'button')
        .attr('data-reveal', '');
      return row;
    })
    .order()
    .attr('data-layer', (layer) => layer.index)
    .each(function (layer) {
      drawRow(this, layer, columns);
    });
}

function domainTitle(column: Column): string {
  return t('{0} on {1}', column.title, formatDomain(column.domain ?? ''));
}

/** Which columns are for which domain: in words, for those who cannot point at the titles. */
function domainCaption(view: View): string {
  const { network } = view;
  const whole = network.atMost ?? network.canReach;
  const theory = [view.slice && sliceName(view), view.expected && t('expected')].filter((name) => name !== null);
  const counted = view.counts.length > 0 ? [describeCounted(view)] : [];
  const parts: [readonly string[], string][] = [[whole ? [t('at most'), t('can reach')] : [], whole?.domain ?? '']];
  if (view.theoryDomain === view.countDomain) parts.push([[...theory, ...counted], view.countDomain]);
  else parts.push([theory, view.theoryDomain], [counted, view.countDomain]);
  return parts
    .filter(([names]) => names.length > 0)
    .map(([names, domain]) => t('{0}: on {1}.', capital(names.join(', ')), formatDomain(domain)))
    .join(' ');
}

function drawRow(row: HTMLTableRowElement, layer: PanelLayer, columns: readonly Column[]): void {
  const name = select(row).select<HTMLButtonElement>('button').text(layer.name);
  name.attr(
    'title',
    `${layer.type}, ${layer.activation} · ${layer.outputShape}${layer.note === null ? '' : `\n${layer.note}`}`,
  );
  select(row)
    .selectAll<HTMLTableCellElement, Column>('td')
    .data([...columns])
    .join('td')
    .attr('title', (column) => column.detail(layer) || null)
    .each(function (column) {
      setPowerText(this, column.text(layer));
    });
}
