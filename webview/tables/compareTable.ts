import type { ComparedRow, PanelComparison } from '../../src/protocol/runs.ts';
import type { Quantity } from '../../src/protocol/panel.ts';
import { markerPath, describeRole, SERIES_STYLES } from '../plots/comparePlot.ts';
import { element, setPowerText } from '../widgets/dom.ts';
import { exactText, formatCount, formatDomain, NO_FIGURE } from '../format.ts';
import { t } from '../app/strings.ts';

const SVG = 'http://www.w3.org/2000/svg';

/** Networks beside each other: sizes, regions, and regions a parameter. */
export function createCompareTable(): { readonly element: HTMLElement; show(comparison: PanelComparison): void } {
  const head = element('tr');
  const body = element('tbody');
  const table = element('table', { class: 'compared', attributes: { 'aria-label': t('Networks compared') } }, [
    element('thead', {}, [head]),
    body,
  ]);
  const scroller = element(
    'div',
    { class: 'scroller', attributes: { tabindex: '0', role: 'region', 'aria-label': t('Networks compared') } },
    [table],
  );
  const notes = element('ul', { class: 'notes' });
  const root = element('div', {}, [scroller, notes]);
  return {
    element: root,
    show: ({ rows, mean, problems }) => {
      const columns = [
        t('network'),
        t('neurons'),
        t('parameters'),
        t('at most'),
        t('can reach'),
        ...(mean === null ? [] : [t('expected')]),
        t('at most a parameter'),
        t('can reach a parameter'),
      ];
      head.replaceChildren(
        ...columns.map((text) =>
          element('th', {
            text,
            attributes: { scope: 'col' },
            title: mean !== null && text === t('expected') ? formatDomain(mean) : undefined,
          }),
        ),
      );
      body.replaceChildren(...rows.map((row, i) => tableRow(row, i, mean !== null)));
      notes.replaceChildren(
        ...[
          ...problems,
          ...rows.flatMap(({ how, name, role }) =>
            how === null ? [] : [`${name}${describeRole({ role } as ComparedRow)}: ${how}`],
          ),
        ].map((text) => element('li', { class: 'muted', text })),
      );
    },
  };
}

function tableRow(row: ComparedRow, index: number, hasMean: boolean): HTMLElement {
  const { figures } = row;
  const name = row.role === 'network' ? row.name : describeRole(row).replace(/^, /, '');
  const head = element(
    'th',
    { attributes: { scope: 'row' }, title: row.file, class: row.role === 'network' ? '' : 'counterpart' },
    [seriesSample(index), name],
  );
  const cells: [string, string][] = [
    plain(figures?.neurons),
    plain(figures?.parameters),
    quantity(figures?.atMost?.total),
    quantity(figures?.canReach?.total),
    ...(hasMean ? [quantity(figures?.expected?.total)] : []),
    quantity(figures?.atMost?.perParameter),
    quantity(figures?.canReach?.perParameter),
  ];
  return element('tr', {}, [
    head,
    ...cells.map(([text, title]) => {
      const cell = element('td', { title });
      setPowerText(cell, text);
      return cell;
    }),
  ]);
}

function plain(value: number | undefined): [string, string] {
  return [value === undefined ? NO_FIGURE : formatCount(value), ''];
}

function quantity(value: Quantity | null | undefined): [string, string] {
  return value ? [value.text, exactText(value)] : [NO_FIGURE, ''];
}

function seriesSample(index: number): SVGSVGElement {
  const sample = document.createElementNS(SVG, 'svg');
  const attributes = {
    class: `seriesSample series${index % SERIES_STYLES}`,
    width: 26,
    height: 10,
    'aria-hidden': 'true',
  };
  for (const [name, value] of Object.entries(attributes)) sample.setAttribute(name, String(value));
  const line = document.createElementNS(SVG, 'path');
  line.setAttribute('class', 'comparedLine');
  line.setAttribute('d', 'M0,5H26');
  const marker = document.createElementNS(SVG, 'path');
  marker.setAttribute('d', markerPath(index, 26));
  marker.setAttribute('transform', 'translate(13,5)');
  const markers = document.createElementNS(SVG, 'g');
  markers.setAttribute('class', 'markers');
  markers.append(marker);
  sample.append(line, markers);
  return sample;
}
