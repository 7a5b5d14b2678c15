import { formatCount, significant } from '../../src/common/formatFigures.ts';
import type { PanelLayer } from '../../src/protocol/panel.ts';
import type { PanelLine } from '../../src/protocol/runs.ts';
import { columnHeads, element, rowHead, setHidden, setText } from '../widgets/dom.ts';
import { t } from '../app/strings.ts';
import { foldedTable } from './foldedTable.ts';
import { makeStackable } from './stackable.ts';

/** More rows than this no one reads; all of them are in the file that can be saved. */
const MAX_ROWS = 500;
const MAX_OUTPUTS = 4;

/** The line in numbers: every breakpoint with its layer and the outputs there. Filled when it is opened. */
export class LineTable {
  readonly element: HTMLDetailsElement;
  readonly #head = element('tr');
  readonly #body = element('tbody');
  readonly #table: HTMLTableElement;
  /** How much is left out. */
  readonly #rest = element('p', { class: 'muted caption' });
  #line: PanelLine | null = null;
  #layers: readonly PanelLayer[] = [];

  constructor() {
    const label = t('Breakpoints and outputs');
    const parts = [element('thead', {}, [this.#head]), this.#body];
    this.#table = element('table', { attributes: { 'aria-label': label } }, parts);
    const attributes = { tabindex: '0', role: 'region', 'aria-label': label };
    this.element = foldedTable(element('div', { class: 'scroller', attributes }, [this.#table]), this.#rest);
    this.element.addEventListener('toggle', () => this.#fill());
  }

  show(line: PanelLine | null, layers: readonly PanelLayer[]): void {
    [this.#line, this.#layers] = [line, layers];
    this.#fill();
  }

  #fill(): void {
    const line = this.#line;
    const layers = this.#layers;
    if (!this.element.open || line === null) return;
    const { knots, outputCount } = line;
    const outputs = Math.min(outputCount, MAX_OUTPUTS);
    const columns = [t('at'), t('layer'), ...Array.from({ length: outputs }, (_, o) => t('output {0}', o + 1))];
    this.#head.replaceChildren(...columnHeads(columns));
    const rows = Math.min(knots.length, MAX_ROWS);
    this.#body.replaceChildren(...Array.from({ length: rows }, (_, k) => rowOf(line, layers, k, outputs)));
    makeStackable(this.#table);
    setHidden(this.#rest, knots.length <= rows && outputCount <= outputs);
    setText(
      this.#rest,
      t(
        '{0} rows of {1}, {2} outputs of {3}: all are in the CSV file that Export saves.',
        formatCount(rows),
        formatCount(knots.length),
        outputs,
        formatCount(outputCount),
      ),
    );
  }
}

function rowOf(line: PanelLine, layers: readonly PanelLayer[], knot: number, shown: number): HTMLElement {
  const { knots, outputs, outputCount } = line;
  const values = Array.from(outputs.subarray(knot * outputCount, knot * outputCount + shown), (value) =>
    element('td', { text: significant(value) }),
  );
  return element('tr', {}, [
    rowHead(significant(knots[knot], 6)),
    element('td', { text: layers.find(({ index }) => index === line.layers[knot])?.name ?? t('end') }),
    ...values,
  ]);
}
