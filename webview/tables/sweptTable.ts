import { formatCount } from '../../src/common/formatFigures.ts';
import type { SweptRow } from '../../src/protocol/runs.ts';
import { t } from '../app/strings.ts';
import { NO_FIGURE } from '../format.ts';
import { columnHeads, element, rowHead, setPowerText } from '../widgets/dom.ts';
import { foldedTable } from './foldedTable.ts';
import { makeStackable } from './stackable.ts';

/** The figures of a network over one of its sizes; a value that does not fit has its reason in the row. */
export function createSweptTable(): { readonly element: HTMLElement; show(rows: readonly SweptRow[]): void } {
  const body = element('tbody');
  const titles = [t('value'), t('parameters'), t('at most'), t('can reach'), t('expected')];
  const head = columnHeads(titles);
  const attributes = { 'aria-label': t('The network over its size') };
  const table = element('table', { class: 'sweptTable', attributes }, [
    element('thead', {}, [element('tr', {}, head)]),
    body,
  ]);
  return {
    element: foldedTable(table),
    show: (rows) => {
      body.replaceChildren(...rows.map(tableRow));
      makeStackable(table);
    },
  };
}

function tableRow(row: SweptRow): HTMLElement {
  const head = rowHead(String(row.value));
  if (row.problem !== null) {
    return element('tr', {}, [head, element('td', { text: row.problem, attributes: { colspan: '4' } })]);
  }
  const texts = [row.atMost, row.canReach, row.expected].map((value) => value?.text ?? NO_FIGURE);
  const cells = [formatCount(row.parameters), ...texts].map((text) => {
    const cell = element('td');
    setPowerText(cell, text);
    return cell;
  });
  return element('tr', {}, [head, ...cells]);
}
