import type { Actions, Plot } from './actions.ts';
import { createComparePlot, type Measure } from '../plots/comparePlot.ts';
import { createCompareTable } from '../tables/compareTable.ts';
import { element, setHidden } from '../widgets/dom.ts';
import { t } from './strings.ts';
import { createSweepSection } from '../forms/sweepSection.ts';
import { button, checkbox, dropdown } from '../widgets/toolkit.ts';
import type { View } from './view.ts';

/** This network beside others: those of other files, its dense and shallow equals, and itself with another size. */
export function createComparePage(actions: Actions): Plot {
  const add = button(t('Compare with…'), 'secondary', () => actions.pickNetworks());
  const equals = checkbox(t('its dense and shallow equals'), 'visibly', (counterparts) => {
    if (view !== null) actions.compareBy({ ...view.compare, counterparts });
  });
  const measures = dropdown(t('Figure to compare'), (value) => {
    measure = value as Measure;
    if (view !== null) draw(view);
  });
  const plot = createComparePlot();
  const table = createCompareTable();
  const waiting = element('p', { class: 'muted', text: t('Comparing…'), attributes: { role: 'status' } });
  const overlay = element('section', { class: 'overlaySection' }, [
    element('div', { class: 'compareTools' }, [measures.element, equals.element, add.element]),
    waiting,
    plot.element,
    table.element,
  ]);
  const sweep = createSweepSection(actions);
  const root = element('div', { class: 'comparePage' }, [overlay, sweep.element]);
  let view: View | null = null;
  let measure: Measure = 'atMost';
  let asked = '';

  function update(next: View): void {
    view = next;
    if (next.page !== 'compare') return;
    const { uris, counterparts } = next.compare;
    const wanted = JSON.stringify([next.network.key, next.network.fingerprint, next.model.version, uris, counterparts]);
    if (wanted !== asked) {
      asked = wanted;
      actions.askComparison(next.compare);
    }
    equals.setChecked(counterparts);
    measures.setChoices(
      MEASURES.map(([value, text]) => ({ value, text })),
      measure,
    );
    draw(next);
    sweep.update(next);
  }

  function draw({ comparison }: View): void {
    const value = comparison?.value ?? null;
    // What was compared last stays until the next is there.
    setHidden(waiting, value !== null || !plot.element.hidden);
    if (value === null) return;
    plot.show(value.rows, measure);
    table.show(value);
  }
  return {
    element: root,
    update,
    resize: () => {
      plot.resize();
      sweep.resize();
    },
  };
}

const MEASURES: readonly [Measure, string][] = [
  ['atMost', t('at most')],
  ['canReach', t('can reach')],
  ['expected', t('expected')],
];
