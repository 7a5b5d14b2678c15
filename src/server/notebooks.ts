import { NotebookDocuments, type NotebookDocument, type TextDocuments } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { LineIndex, type Position } from '../analysis/lineIndex.ts';
import { joinCells } from '../formats/source/notebook/cells.ts';
import { fileNameOf, type AnalyzedDocument } from './documentAnalysis.ts';

/** The notebooks whose cells the server is sent. */
export const notebookSelector = [{ notebook: { notebookType: 'jupyter-notebook' }, cells: [{ language: 'python' }] }];

/** The cells of one version of a notebook as one source. */
interface Joined {
  readonly versions: string;
  readonly document: TextDocument;
  /** By the address of a cell, where it is in the source. */
  readonly cells: ReadonlyMap<string, CellLines>;
}

/** A cell, and the source that it and the other cells of its notebook make together. */
export interface Cell {
  /** All cells as one document. */
  readonly joined: TextDocument;
  readonly notebook: string;
  /** Places of the source as places of the cell. */
  readonly lines: LineIndex;
}

/** The open notebooks: their cells are documents of their own for the editor, and one source for the analysis. */
export class Notebooks {
  readonly documents: NotebookDocuments<TextDocument>;
  /** By notebook; all features ask for each cell of one version. */
  private readonly joined = new Map<string, Joined>();

  constructor(private readonly texts: TextDocuments<TextDocument>) {
    this.documents = new NotebookDocuments(texts);
  }

  /** Undefined for a document that is not a cell. */
  cellAt(uri: string): Cell | undefined {
    const notebook = this.documents.findNotebookDocumentForCell(uri);
    if (!notebook) return undefined;
    const { document, cells } = this.joinedOf(notebook);
    const lines = cells.get(uri);
    return lines && { joined: document, notebook: notebook.uri, lines };
  }

  forget(notebook: string): void {
    this.joined.delete(notebook);
  }

  private joinedOf(notebook: NotebookDocument): Joined {
    const uris = this.cellsOf(notebook);
    const versions = uris.map((cell) => `${cell} ${this.texts.get(cell)?.version}`).join('\n');
    const known = this.joined.get(notebook.uri);
    if (known?.versions === versions) return known;
    const texts = uris.map((cell) => this.texts.get(cell)?.getText() ?? '');
    const { text, starts } = joinCells(texts);
    const lines = new LineIndex(text);
    const placeOf = (_: string, index: number) =>
      new CellLines(text, lines.positionAt(starts[index]).line, texts[index].split('\n').length);
    const document = TextDocument.create(sourceOf(notebook.uri), 'python', notebook.version, text);
    const joined = { versions, document, cells: new Map(uris.map((uri, index) => [uri, placeOf(uri, index)])) };
    this.joined.set(notebook.uri, joined);
    return joined;
  }

  /** The addresses of its Python cells in order. */
  cellsOf(notebook: NotebookDocument): string[] {
    return notebook.cells.map(({ document }) => document).filter((uri) => this.texts.get(uri)?.languageId === 'python');
  }

  /** The cells of the notebook that has this cell; the document alone where it is none. */
  together(uri: string): readonly string[] {
    const notebook = this.documents.findNotebookDocumentForCell(uri);
    return notebook ? this.cellsOf(notebook) : [uri];
  }

  /** The documents that an analysis is about: cells for the source of a notebook. */
  shownFor(uri: string): readonly string[] {
    if (!uri.endsWith(SUFFIX)) return [uri];
    const notebook = this.documents.getNotebookDocument(uri.slice(0, -SUFFIX.length));
    return notebook ? this.cellsOf(notebook) : [uri];
  }
}

const SUFFIX = '.py';

/** The address of what all cells make together, which is Python. */
export function sourceOf(notebook: string): string {
  return notebook + SUFFIX;
}

/** Places of the joined source as places of one cell; those of other cells have lines outside of it. */
class CellLines extends LineIndex {
  constructor(
    text: string,
    private readonly firstLine: number,
    readonly lineCount: number,
  ) {
    super(text);
  }

  override positionAt(offset: number): Position {
    const { line, character } = super.positionAt(offset);
    return { line: line - this.firstLine, character };
  }

  override offsetOf(line: number): number {
    return super.offsetOf(Math.max(0, line + this.firstLine));
  }

  override endOf(line: number): Position {
    return { line, character: super.endOf(line + this.firstLine).character };
  }
}

/** The analysis of a whole notebook as one of its cells shows it. */
export function asCell(document: AnalyzedDocument, uri: string, version: number, cell: Cell): AnalyzedDocument {
  return { ...document, uri, version, fileName: fileNameOf(cell.notebook), lines: cell.lines };
}

/** What a feature says of a cell, without what stands in other cells. */
export function withinCell<R>({ lines }: AnalyzedDocument, said: R): R | null {
  if (!(lines instanceof CellLines)) return said;
  const isInside = (value: unknown): boolean => {
    if (typeof value !== 'object' || value === null) return true;
    if ('line' in value && 'character' in value && typeof value.line === 'number')
      return value.line >= 0 && value.line < lines.lineCount;
    return Object.values(value).every(isInside);
  };
  if (Array.isArray(said)) return said.filter(isInside) as R;
  return isInside(said) ? said : null;
}
