import { DocumentHighlightKind, type DocumentHighlight } from 'vscode-languageserver';
import { usesOf } from '../../formats/native/nameUses.ts';
import type { AnalyzedDocument } from '../documentAnalysis.ts';
import { findName } from '../layerNames.ts';

/** The name at an offset wherever it occurs: written where it is given, read where it is used. */
export function highlightsAt(document: AnalyzedDocument, offset: number): DocumentHighlight[] | null {
  const found = findName(document, offset);
  if (!found) return null;
  const { names, thing } = found;
  const { Write, Read } = DocumentHighlightKind;
  const own = thing.written ? [{ range: document.lines.rangeOf(thing.written), kind: Write }] : [];
  return [...own, ...usesOf(names, thing).map((span) => ({ range: document.lines.rangeOf(span), kind: Read }))];
}
