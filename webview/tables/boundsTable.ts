import type { PanelSeries } from '../../src/protocol/panel.ts';
import type { Actions, Section } from '../app/actions.ts';
import { columnHeads, element, setHidden, setPowerText, setText } from '../widgets/dom.ts';
import type { Meaning } from './figures.ts';
import { formulaNode } from '../app/formula.ts';
import { exactText, formatDomain, NO_FIGURE } from '../format.ts';
import { checkbox, type CheckboxWidget } from '../widgets/toolkit.ts';
import type { View } from '../app/view.ts';
import { t } from '../app/strings.ts';
import { makeStackable } from './stackable.ts';

const KIND_WORDS: Readonly<Record<PanelSeries['kind'], string>> = {
  upper: t('at most'),
  lower: t('can reach'),
  exact: t('exactly'),
  mean: t('expected'),
};

interface BoundRow {
  readonly element: HTMLTableRowElement;
  update(series: PanelSeries, meaning: Meaning | null, view: View): void;
}

/**
 * Every theorem that says something about this network, to be drawn on demand; and those that do not apply, with why.
 */
export function createBoundsTable(actions: Actions): Section {
  const summary = element('span', { class: 'muted' });
  const body = element('tbody');
  const head = columnHeads([t('in plot'), t('theorem'), t('kind'), t('value'), t('domain')]);
  const table = element('table', { class: 'bounds', attributes: { 'aria-label': t('All bounds') } }, [
    element('thead', {}, [element('tr', {}, head)]),
    body,
  ]);
  const scroller = element(
    'div',
    { class: 'scroller', attributes: { tabindex: '0', role: 'region', 'aria-label': t('All bounds') } },
    [table],
  );
  const refusedHeading = element('h3', { text: t('Not applicable') });
  const refused = element('dl', { class: 'refused' });
  const root = element('details', { class: 'boundsSection' }, [
    element('summary', {}, [element('h2', { text: t('All bounds') }), summary]),
    scroller,
    refusedHeading,
    refused,
  ]);
  const rows = new Map<string, BoundRow>();

  function update(view: View): void {
    const { refused: without } = view.network;
    const shown = shownIn(view);
    const series = shown.map(({ series }) => series);
    setText(summary, t('{0} apply, {1} do not', series.length, without.length));
    for (const [key, row] of rows) {
      if (shown.some((one) => one.key === key)) continue;
      row.element.remove();
      rows.delete(key);
    }
    for (const { key, series: one, meaning } of shown) {
      const row = rows.get(key) ?? createRow(one.id, actions);
      rows.set(key, row);
      row.update(one, meaning, view);
    }
    const wanted = shown.map(({ key }) => rows.get(key)?.element).filter((row) => row !== undefined);
    if (wanted.some((row, i) => body.children[i] !== row)) body.append(...wanted);
    makeStackable(table);
    setHidden(refusedHeading, without.length === 0);
    drawRefused(refused, without);
  }
  return { element: root, update };
}

function createRow(id: string, actions: Actions): BoundRow {
  let box: CheckboxWidget | null = null;
  const mark = element('td', { class: 'drawCell' });
  const link = element('a', {});
  const note = element('span', { class: 'muted note' });
  const kind = element('td', {});
  const value = element('td', { class: 'figure' });
  const domain = element('td', { class: 'muted' });
  const formula = element('div', { class: 'boundFormula' });
  const name = element('th', { attributes: { scope: 'row' } }, [link, formula, note]);
  let typeset: string | null = null;
  link.addEventListener('click', (event) => {
    event.preventDefault();
    actions.open(link.href);
  });
  return {
    element: element('tr', {}, [mark, name, kind, value, domain]),
    update: (series, main, view) => {
      if (main !== null) {
        box = null;
        mark.replaceChildren(
          element('span', { class: `swatch ${main}`, title: t('Drawn always') }),
          element('span', { class: 'visuallyHidden', text: t('drawn always') }),
        );
      } else {
        if (box === null) {
          box = checkbox(t('Draw {0} in the plot', series.label), 'silently', (drawn) => actions.draw(id, drawn));
          mark.replaceChildren(box.element);
        }
        box.setChecked(view.drawn.has(id));
      }
      setText(link, series.label);
      link.href = series.url;
      if (series.formula !== typeset) {
        typeset = series.formula;
        formula.replaceChildren(...[formulaNode(typeset)].filter((node) => node !== null));
      }
      setText(note, series.note ?? '');
      setText(kind, KIND_WORDS[series.kind]);
      setPowerText(value, series.total?.text ?? NO_FIGURE);
      value.title = series.total === null ? '' : exactText(series.total);
      setText(domain, formatDomain(series.domain));
    },
  };
}

interface ShownBound {
  readonly key: string;
  readonly series: PanelSeries;
  /** Of those that are always drawn. */
  readonly meaning: Meaning | null;
}

/** All that apply to the network; the mean and the slice's bound for the place that is counted. */
function shownIn({ network, expected, slice }: View): ShownBound[] {
  const { atMost, canReach } = network;
  const all = network.series.map((series): ShownBound => {
    const { id } = series;
    if (id === expected?.id) return { key: id, series: expected, meaning: 'expected' };
    return { key: id, series, meaning: id === atMost?.id ? 'atMost' : id === canReach?.id ? 'canReach' : null };
  });
  if (expected !== null && all.every(({ meaning }) => meaning !== 'expected'))
    all.push({ key: expected.id, series: expected, meaning: 'expected' });
  if (slice !== null) all.push({ key: 'slice', series: slice, meaning: 'slice' });
  return all;
}

function drawRefused(list: HTMLElement, refused: View['network']['refused']): void {
  while (list.children.length > 2 * refused.length) list.lastElementChild?.remove();
  refused.forEach((one, i) => {
    setText(list.children[2 * i] ?? list.appendChild(element('dt')), one.label);
    setText(list.children[2 * i + 1] ?? list.appendChild(element('dd', { class: 'muted' })), one.reason);
  });
}
