/**
 * Makes a table one that a narrow panel lays out in blocks, a row each (`.stackable` in the style sheets): its cells
 * get the titles of their columns, and roles, which the other layout would take from screen readers. To be called
 * again when rows are added.
 */
export function makeStackable(table: HTMLTableElement): void {
  table.classList.add('stackable');
  table.setAttribute('role', 'table');
  const titles = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.textContent ?? '');
  for (const section of [table.tHead, ...table.tBodies]) section?.setAttribute('role', 'rowgroup');
  for (const row of table.rows) {
    row.setAttribute('role', 'row');
    [...row.cells].forEach((cell, i) => {
      cell.setAttribute('role', roleOf(cell));
      if (cell.localName === 'td') cell.dataset.label = titles[i];
    });
  }
}

function roleOf({ localName, scope }: HTMLTableCellElement): string {
  if (localName === 'td') return 'cell';
  return scope === 'col' ? 'columnheader' : 'rowheader';
}
