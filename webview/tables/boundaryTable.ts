import { formatCount, significant } from '../../src/common/formatFigures.ts';
import type { PanelLayer } from '../../src/protocol/panel.ts';
import { columnHeads, element, rowHead, setHidden } from '../widgets/dom.ts';
import type { PreparedPicture } from '../picture/preparedPicture.ts';
import { t } from '../app/strings.ts';
import { makeStackable } from './stackable.ts';

export interface BoundaryTable {
  readonly element: HTMLElement;
  show(prepared: PreparedPicture | null, layers: readonly PanelLayer[]): void;
}

/** The picture in numbers: how many pieces of boundary each layer draws in it, and how long they are together. */
export function createBoundaryTable(): BoundaryTable {
  const body = element('tbody');
  const titles = [t('layer'), t('pieces of boundary'), t('length')];
  const head = columnHeads(titles);
  const table = element('table', { class: 'boundaries', attributes: { 'aria-label': t('Boundaries in view') } }, [
    element('thead', {}, [element('tr', {}, head)]),
    body,
  ]);
  const root = element('details', { class: 'boundaryDetails' }, [
    element('summary', { text: t('Boundaries in numbers') }),
    table,
  ]);
  let shown: PreparedPicture | null = null;
  let names: readonly PanelLayer[] = [];
  root.addEventListener('toggle', fill);

  function fill(): void {
    if (!root.open || shown === null) return;
    const { picture, layers } = shown;
    body.replaceChildren(
      ...layers.map((lines) => {
        const name = names.find((layer) => layer.index === lines.layer)?.name ?? t('layer {0}', lines.layer);
        return element('tr', {}, [
          rowHead(name),
          element('td', { text: formatCount(lines.from.length) }),
          element('td', { text: significant(lengthOf(picture, lines.from, lines.to), 4) }),
        ]);
      }),
    );
    makeStackable(table);
  }
  return {
    element: root,
    show: (prepared, layers) => {
      setHidden(root, prepared === null);
      if (prepared === shown && layers === names) return;
      shown = prepared;
      names = layers;
      fill();
    },
  };
}

/** In units of the input space. */
function lengthOf({ vertices, window, sides }: PreparedPicture['picture'], from: Uint32Array, to: Uint32Array): number {
  const [width, height] = [sides[0] * window.size, sides[1] * window.size];
  let sum = 0;
  for (let e = 0; e < from.length; e++) {
    const dx = vertices[2 * to[e]] - vertices[2 * from[e]];
    const dy = vertices[2 * to[e] + 1] - vertices[2 * from[e] + 1];
    sum += Math.hypot(dx * width, dy * height);
  }
  return sum;
}
