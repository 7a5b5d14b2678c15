import { formatCount, significant } from '../../src/common/formatFigures.ts';
import type { PanelLayer } from '../../src/protocol/panel.ts';
import type { PanelLine } from '../../src/protocol/runs.ts';
import { element, setHidden, setText } from '../widgets/dom.ts';
import { t } from '../app/strings.ts';
import { makeStackable } from './stackable.ts';

/** More rows than this no one reads; all of them are in the file that can be saved. */
const MAX_ROWS = 500;
const MAX_OUTPUTS = 4;

export interface LineTable {
  readonly element: HTMLElement;
  show(line: PanelLine | null, layers: readonly PanelLayer[]): void;
}

/** The line in numbers: every breakpoint with its layer and the outputs there. Filled when it is opened. */
export function createLineTable(): LineTable {
  const head = element('tr');
  const body = element('tbody');
  const rest = element('p', { class: 'muted caption' });
  const label = t('Breakpoints and outputs');
  const table = element('table', { attributes: { 'aria-label': label } }, [element('thead', {}, [head]), body]);
  const attributes = { tabindex: '0', role: 'region', 'aria-label': label };
  const root = element('details', { class: 'plotTable' }, [
    element('summary', { text: t('These figures as a table') }),
    element('div', { class: 'scroller', attributes }, [table]),
    rest,
  ]);
  let line: PanelLine | null = null;
  let layers: readonly PanelLayer[] = [];
  root.addEventListener('toggle', fill);

  function fill(): void {
    if (!root.open || line === null) return;
    const { knots, outputs, outputCount } = line;
    const shown = Math.min(outputCount, MAX_OUTPUTS);
    const columns = [t('at'), t('layer'), ...Array.from({ length: shown }, (_, o) => t('output {0}', o + 1))];
    head.replaceChildren(...columns.map((text) => element('th', { text, attributes: { scope: 'col' } })));
    body.replaceChildren(
      ...Array.from(knots.subarray(0, MAX_ROWS), (knot, k) =>
        element('tr', {}, [
          element('th', { text: significant(knot, 6), attributes: { scope: 'row' } }),
          element('td', { text: layers.find(({ index }) => index === line!.layers[k])?.name ?? t('end') }),
          ...Array.from(outputs.subarray(k * outputCount, k * outputCount + shown), (value) =>
            element('td', { text: significant(value) }),
          ),
        ]),
      ),
    );
    makeStackable(table);
    setHidden(rest, knots.length <= MAX_ROWS && outputCount <= shown);
    setText(
      rest,
      t(
        '{0} rows of {1}, {2} outputs of {3}: all are in the CSV file that Export saves.',
        formatCount(Math.min(knots.length, MAX_ROWS)),
        formatCount(knots.length),
        shown,
        formatCount(outputCount),
      ),
    );
  }
  return {
    element: root,
    show: (nextLine, nextLayers) => {
      [line, layers] = [nextLine, nextLayers];
      fill();
    },
  };
}
