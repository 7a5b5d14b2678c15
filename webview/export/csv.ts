export type CsvValue = string | number | null;

/** Rows as RFC 4180 has them; texts that a spreadsheet would compute are made texts (see `csvField`). */
export function csv(rows: readonly (readonly CsvValue[])[]): string {
  return rows.map((row) => `${row.map(csvField).join(',')}\r\n`).join('');
}

/** Programs that read a table with another separator, or paste it, begin a new cell after one of these. */
const CELL_BEGINS = /^|(?<=[;\t\r\n])/gu;
/** Spreadsheets pass over these before they look for a formula. */
const PASSED_OVER = /^[\s\p{Cc}\p{Cf}"'`´‘’“”«»]*/u;
const PLAIN_NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * One field. A text that begins as a formula gets an apostrophe before it, by which spreadsheets know a text (OWASP,
 * "CSV Injection"); a number stays one.
 */
export function csvField(value: CsvValue): string {
  if (value === null) return '';
  const text = typeof value === 'number' || PLAIN_NUMBER.test(value) ? String(value) : asText(value);
  return /[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function asText(text: string): string {
  return text.replace(CELL_BEGINS, (_, at: number) => (isComputed(text.slice(at)) ? "'" : ''));
}

/** Full-width and other forms of the signs count as the signs. */
function isComputed(cell: string): boolean {
  const [first = ''] = cell.replace(PASSED_OVER, '').normalize('NFKC');
  return /^[=+\-@]/.test(first) || /^[\t\r\n]/.test(cell);
}
