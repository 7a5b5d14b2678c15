import { t } from '../app/strings.ts';
import { element } from '../widgets/dom.ts';

/** The figures of a plot as a table, folded away below it. */
export function foldedTable(...parts: readonly HTMLElement[]): HTMLDetailsElement {
  const summary = element('summary', { text: t('These figures as a table') });
  return element('details', { class: 'plotTable' }, [summary, ...parts]);
}
