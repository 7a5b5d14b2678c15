import type { Location } from 'vscode-languageserver';
import { usesOf } from '../../formats/native/nameUses.ts';
import type { AnalyzedDocument } from '../documentAnalysis.ts';
import { findName } from '../layerNames.ts';

/** Every place that names the layer or input at an offset. */
export function referencesAt(document: AnalyzedDocument, offset: number, withDefinition: boolean): Location[] | null {
  const found = findName(document, offset);
  if (!found) return null;
  const { names, thing } = found;
  const own = withDefinition ? [thing.written ?? thing.span] : [];
  return [...own, ...usesOf(names, thing)].map((span) => ({ uri: document.uri, range: document.lines.rangeOf(span) }));
}
