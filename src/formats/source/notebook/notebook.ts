import type { NetworkDefinition, Problem, Span } from '../../../network/definition.ts';
import type { Format, ReadOptions, ReadResult } from '../../format.ts';
import { itemsOf, member, parseJson, textOf } from '../../json/json.ts';
import type { JsonNode } from '../../json/json.ts';
import { looksLikePythonNetwork } from '../python/sniff.ts';
import { readPython } from '../python/python.ts';
import { cellAt, joinCells } from './cells.ts';

/** Larger notebooks hold little but images. */
const MAX_TEXT_LENGTH = 100_000_000;

/** Networks in the Python cells of a notebook, as its file holds them. */
export const notebook: Format = {
  id: 'notebook',
  sniff: looksLikeNotebook,
  read: readNotebook,
};

/** Whether a file is a notebook, by its name, with an import that networks need. */
function looksLikeNotebook(text: string, fileName: string): boolean {
  if (!/\.ipynb$/i.test(fileName) || text.length > MAX_TEXT_LENGTH) return false;
  return /(?:"|\\n)(?:import|from) (?:torch|keras|tensorflow|tf_keras)\b/.test(text);
}

function readNotebook(text: string, _fileName: string, options: ReadOptions): ReadResult {
  const lines = codeLines(text);
  const joined = joinCells(lines.map((cell) => cell.map(({ value }) => value).join('')));
  const nothing = { format: notebook.id, networks: [], problems: [] };
  if (!looksLikePythonNetwork(joined.text, 'cells.py')) return nothing;
  const result = readPython(notebook.id, joined.text, 'cells.py', options);
  const places = lines.map((cell) => new CellPlaces(text, cell));
  const at = (offset: number, isEnd: boolean): number => {
    const cell = cellAt(joined, offset);
    return places[cell]?.offsetOf(offset - joined.starts[cell], isEnd) ?? 0;
  };
  const moved = ({ start, end }: Span): Span => {
    const from = at(start, false);
    return { start: from, end: Math.max(from, at(end, true)) };
  };
  const named = (source: string) =>
    source.replace(/in line (\d+)$/, (all, line: string) => {
      const found = cellOfLine(joined.text, joined.starts, Number(line));
      return found ? `in line ${found.line} of cell ${found.cell + 1}` : all;
    });
  return {
    ...result,
    networks: result.networks.map((network) => movedNetwork(network, moved, named)),
    problems: result.problems.map((problem): Problem => ({ ...problem, span: moved(problem.span) })),
  };
}

function movedNetwork(
  network: NetworkDefinition,
  moved: (span: Span) => Span,
  named: (source: string) => string,
): NetworkDefinition {
  return {
    ...network,
    span: moved(network.span),
    nameSpan: moved(network.nameSpan),
    inputs: network.inputs.map((input) => ({
      ...input,
      span: moved(input.span),
      ...(input.source !== undefined && { source: named(input.source) }),
    })),
    layers: network.layers.map((layer) => ({
      ...layer,
      span: moved(layer.span),
      fields: Object.fromEntries(Object.entries(layer.fields).map(([name, span]) => [name, moved(span)])),
    })),
  };
}

function cellOfLine(text: string, starts: readonly number[], line: number) {
  let offset = 0;
  for (let i = 1; i < line; i++) offset = text.indexOf('\n', offset) + 1;
  const cell = cellAt({ text, starts }, offset);
  const before = text.slice(starts[cell], offset).split('\n').length;
  return starts.length === 0 ? undefined : { cell, line: before };
}

/** A string of the file with its value: one line of a cell, or all of them. */
interface Written extends Span {
  readonly value: string;
}

function codeLines(text: string): Written[][] {
  // Images and other outputs are long, and not needed.
  const { root } = parseJson(text, (key) => key === 'outputs' || key === 'attachments');
  if (!root) return [];
  return itemsOf(member(root, 'cells'))
    .filter((cell) => textOf(member(cell, 'cell_type')) === 'code')
    .map((cell) => writtenIn(member(cell, 'source')));
}

function writtenIn(source: JsonNode | undefined): Written[] {
  const nodes = source?.kind === 'list' ? source.items : source ? [source] : [];
  return nodes.flatMap((node) => {
    const value = textOf(node);
    return value === undefined ? [] : [{ value, start: node.start, end: node.end }];
  });
}

/** Where the characters of a cell stand in the file. */
class CellPlaces {
  constructor(
    private readonly text: string,
    private readonly lines: readonly Written[],
  ) {}

  /** Between two lines, the end of the first is another place than the beginning of the second. */
  offsetOf(offset: number, isEnd: boolean): number {
    let before = 0;
    for (const line of this.lines) {
      const end = before + line.value.length;
      if (isEnd ? offset <= end : offset < end) return this.within(line, offset - before);
      before += line.value.length;
    }
    return (this.lines.at(-1)?.end ?? 1) - 1;
  }

  /** Behind the quotation mark, where `\n`, `\"` and the like are one character each. */
  private within({ start, end }: Written, characters: number): number {
    let at = start + 1;
    for (let i = 0; i < characters && at < end - 1; i++) {
      if (this.text[at] !== '\\') at++;
      else at += this.text[at + 1] === 'u' ? 6 : 2;
    }
    return at;
  }
}
