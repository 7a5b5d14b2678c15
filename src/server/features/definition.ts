import type { Location } from 'vscode-languageserver';
import type { AnalyzedDocument } from '../documentAnalysis.ts';
import { findName } from '../layerNames.ts';

/** Where the layer or input is that a name stands for: its own name, or all of it where its name is made up. */
export function definitionAt(document: AnalyzedDocument, offset: number): Location | null {
  const found = findName(document, offset);
  return found && { uri: document.uri, range: document.lines.rangeOf(found.thing.written ?? found.thing.span) };
}
