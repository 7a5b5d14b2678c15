/** Cells that begin so hold another language, or a file. */
const foreign =
  /^\s*%%(?:bash|sh|script|cmd|html|javascript|js|latex|markdown|svg|perl|ruby|writefile|file|sql|R|cython)\b/;

/** The code cells of one notebook as one text; cells begin with lines. */
export interface JoinedCells {
  readonly text: string;
  /** Where each cell begins. */
  readonly starts: readonly number[];
}

export function joinCells(cells: readonly string[]): JoinedCells {
  const starts: number[] = [];
  let length = 0;
  for (const cell of cells) {
    starts.push(length);
    length += cell.length + 1;
  }
  return { text: cells.map(withoutMagics).join('\n'), starts };
}

/** Commands of the notebook are not Python: they become comments, and nothing else moves. */
function withoutMagics(cell: string): string {
  if (foreign.test(cell)) return cell.replace(/[^\r\n]/g, ' ');
  return cell
    .replace(/^([ \t]*)[%!?](.*)$/gm, '$1#$2')
    .replace(/^([^#'"\n]*=[ \t]*)[%!](?!=)(.*)$/gm, (_all, head: string, command: string) => {
      return `${head}0${' '.repeat(command.length)}`;
    })
    .replace(/^[ \t]*[\w.]+\?{1,2}[ \t]*$/gm, (line) => line.replace(/\S/, '#'));
}

/** The cell that holds an offset of the joined text. */
export function cellAt({ starts }: JoinedCells, offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle] <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
