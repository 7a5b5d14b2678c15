import { formatCount } from '../../src/common/formatFigures.ts';
import type { PanelLayer } from '../../src/protocol/panel.ts';
import { element, powerNodes } from '../widgets/dom.ts';
import type { Figure } from '../tables/figures.ts';
import { formulaNode } from '../app/formula.ts';
import { t } from '../app/strings.ts';

export interface Tooltip {
  readonly element: HTMLElement;
  show(layer: PanelLayer, figures: readonly Figure[], x: number, width: number): void;
  hide(): void;
}

/** What stands beside a layer of a plot that is pointed at. Screen readers get the same from the column's label. */
export function createTooltip(): Tooltip {
  const box = element('div', { class: 'tooltip', attributes: { 'aria-hidden': 'true' } });
  box.hidden = true;
  return {
    element: box,
    show: (layer, figures, x, width) => {
      const enters = layer.dimensionIn === null ? '' : ` · ${t('{0} enter', formatCount(layer.dimensionIn))}`;
      box.replaceChildren(
        element('strong', { text: layer.name }),
        element('span', {
          class: 'muted',
          text: `${layer.type}, ${layer.activation} · ${t('{0} neurons', formatCount(layer.neurons))}${enters}`,
        }),
        ...[formulaNode(layer.formula)].filter((node) => node !== null),
        element('dl', {}, figures.flatMap(figureRow)),
        element('span', { class: 'muted', text: layer.note ?? '' }),
      );
      box.hidden = false;
      // Beside the column, on the side where there is room for it.
      const space = 14;
      const right = x + space;
      const left = x - space - box.offsetWidth;
      const beside = right + box.offsetWidth <= width ? right : left;
      // Where neither side has room, below the plot: it would hide what it is about.
      box.classList.toggle('below', beside < 0);
      box.style.transform = `translate(${Math.round(Math.max(0, beside))}px, ${beside < 0 ? 2 : 8}px)`;
    },
    hide: () => {
      box.hidden = true;
    },
  };
}

function figureRow(figure: Figure): HTMLElement[] {
  return [
    element('dt', { class: figure.meaning }, [element('span', { class: `swatch ${figure.meaning}` }), figure.label]),
    element('dd', {}, powerNodes(figure.text)),
  ];
}
