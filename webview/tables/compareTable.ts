import type { ComparedRow, PanelComparison } from '../../src/protocol/runs.ts';
import { markerPath, SERIES_STYLES } from '../plots/comparePlot.ts';
import { columnHeads, element, setPowerText, svgElement } from '../widgets/dom.ts';
import { formatDomain, NO_FIGURE, plural } from '../format.ts';
import { t } from '../app/strings.ts';
import { fullName, MEASURE_NAMES, roleName, type ComparedFigureSet, type Measure } from './comparedFigures.ts';
import { isAhead } from './compareVerdict.ts';
import { makeStackable } from './stackable.ts';

export interface CompareTable {
  readonly element: HTMLElement;
  /** `countedOn`: where and how the counts were made, for the heading; `refused`: why rows were not counted. */
  show(set: ComparedFigureSet, comparison: PanelComparison, countedOn: string, refused: readonly string[]): void;
}

/** Networks under each other, their figures side by side, each with what it is for a parameter. */
export function createCompareTable(): CompareTable {
  const head = element('tr');
  const body = element('tbody');
  const table = element('table', { class: 'compared', attributes: { 'aria-label': t('Networks compared') } }, [
    element('thead', {}, [head]),
    body,
  ]);
  const notes = element('ul', { class: 'notes' });
  return {
    element: element('div', {}, [table, notes]),
    show: (set, { rows, problems }, countedOn, refused) => {
      const columns = [t('network'), ...set.measures.map((measure) => columnName(measure, set, countedOn))];
      head.replaceChildren(...columnHeads(columns));
      body.replaceChildren(...rows.map((row, i) => tableRow(row, i, set)));
      makeStackable(table);
      const hows = rows.flatMap((row) => (row.how === null ? [] : [`${fullName(row)}: ${row.how}`]));
      notes.replaceChildren(
        ...[...problems, ...refused, ...hows].map((text) => element('li', { class: 'muted', text })),
      );
    },
  };
}

function columnName(measure: Measure, { mean }: ComparedFigureSet, countedOn: string): string {
  const name = MEASURE_NAMES[measure];
  if (measure === 'expected' && mean !== null) return t('{0} on {1}', name, formatDomain(mean));
  return measure === 'counted' ? t('{0} on {1}', name, formatDomain(countedOn)) : name;
}

function tableRow(row: ComparedRow, index: number, set: ComparedFigureSet): HTMLElement {
  const { figures, role } = row;
  const name = role === 'network' ? row.name : roleName(role);
  const sizes =
    figures === null
      ? ''
      : `${plural(figures.neurons, t('neuron'), t('neurons'))} · ${plural(figures.parameters, t('parameter'), t('parameters'))}`;
  const head = element(
    'th',
    {
      attributes: { scope: 'row' },
      title: row.file,
      class: role === 'network' ? '' : 'counterpart',
    },
    [seriesSample(index), element('span', {}, [name, element('span', { class: 'muted sizes', text: sizes })])],
  );
  const cells = set.measures.map((measure) => figureCell(row, measure, set));
  return element('tr', { attributes: { 'data-key': row.key } }, [head, ...cells]);
}

function figureCell(row: ComparedRow, measure: Measure, set: ComparedFigureSet): HTMLElement {
  const figure = set.of(row, measure);
  const attributes = { 'data-measure': measure };
  if (figure === null) return element('td', { text: NO_FIGURE, attributes });
  const total = element('span', { class: 'total' });
  setPowerText(total, figure.text);
  const ratio = element('span', { class: 'muted perParameter' });
  if (figure.perParameter !== null) setPowerText(ratio, t('{0} / parameter', figure.perParameter));
  const ahead = isAhead(set, row, measure);
  const mark = ahead ? element('span', { class: 'aheadMark', text: t('ahead') }) : null;
  return element('td', { title: figure.title, class: ahead ? 'ahead' : '', attributes }, [
    element('span', { class: 'cellFigures' }, [element('span', {}, [mark, total]), ratio]),
  ]);
}

function seriesSample(index: number): SVGSVGElement {
  const sample = svgElement('svg');
  const attributes = {
    class: `seriesSample series${index % SERIES_STYLES}`,
    width: 26,
    height: 10,
    'aria-hidden': 'true',
  };
  for (const [name, value] of Object.entries(attributes)) sample.setAttribute(name, String(value));
  const line = svgElement('path');
  line.setAttribute('class', 'comparedLine');
  line.setAttribute('d', 'M0,5H26');
  const marker = svgElement('path');
  marker.setAttribute('d', markerPath(index, 26));
  marker.setAttribute('transform', 'translate(13,5)');
  const markers = svgElement('g');
  markers.setAttribute('class', 'markers');
  markers.append(marker);
  sample.append(line, markers);
  return sample;
}
