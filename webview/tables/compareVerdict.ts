import { formatFactor, formatLog10 } from '../../src/common/formatFigures.ts';
import type { ComparedRow } from '../../src/protocol/runs.ts';
import { leaderOf } from '../../src/common/leader.ts';
import { formatDomain } from '../format.ts';
import { t } from '../app/strings.ts';
import { element, setPowerText } from '../widgets/dom.ts';
import { fullName, MEASURE_NAMES, MEASURES, type ComparedFigureSet, type Measure } from './comparedFigures.ts';

export interface CompareVerdict {
  readonly element: HTMLElement;
  show(set: ComparedFigureSet): void;
}

/** Who is ahead by which figure, in a sentence each: the rankings may differ, and then say different things. */
export function createCompareVerdict(): CompareVerdict {
  const list = element('ul', { class: 'verdict', attributes: { 'aria-label': t('Which network is ahead') } });
  const meaning = element('p', {
    class: 'muted caption',
    text: t(
      'Expected and counted: what random networks have at initialization; use them to choose what to train. At most: the ceiling over all weights; it says what a design could do, not what it does.',
    ),
  });
  return {
    element: element('div', {}, [list, meaning]),
    show: (set) => {
      const lines = MEASURES.flatMap((measure) => {
        const text = sentence(set, measure);
        return text === null ? [] : [verdictLine(measure, text)];
      });
      list.replaceChildren(...lines);
    },
  };
}

function verdictLine(measure: Measure, text: string): HTMLElement {
  const words = element('span');
  setPowerText(words, text);
  return element('li', {}, [element('span', { class: `swatch ${measure}` }), words]);
}

function sentence(set: ComparedFigureSet, measure: Measure): string | null {
  if (measure === 'canReach') return null;
  const among = contenders(set.rows);
  const leader = leaderOf(
    among.map((row) => {
      const figure = set.of(row, measure);
      // Lower bounds do not say which network is ahead.
      return { name: fullName(row), log10: figure === null || !figure.exact ? null : figure.log10 };
    }),
  );
  if (leader === null) return null;
  const { name, log10, second } = leader;
  const by =
    measure === 'expected' && set.mean !== null ? t('expected on {0}', formatDomain(set.mean)) : MEASURE_NAMES[measure];
  const figure = formatLog10(log10);
  return second.ratioLog10 === 0
    ? t('By {0}: {1} and {2} are equal, {3}.', by, name, second.name, figure)
    : t('By {0}: {1} is ahead, {2} ({3} × {4}).', by, name, figure, formatFactor(second.ratioLog10), second.name);
}

/** Counterparts take part where there is only one network. */
function contenders(rows: readonly ComparedRow[]): readonly ComparedRow[] {
  const networks = rows.filter(({ role }) => role === 'network');
  return networks.length > 1 ? networks : rows;
}

/** Whether this row is the first of those that are ranked. */
export function isAhead(set: ComparedFigureSet, row: ComparedRow, measure: Measure): boolean {
  const among = contenders(set.rows);
  const value = set.of(row, measure);
  if (!among.includes(row) || among.length < 2 || value === null || !value.exact) return false;
  return among.every((other) => {
    const figure = set.of(other, measure);
    return figure === null || !figure.exact || other === row || figure.log10 <= value.log10;
  });
}
