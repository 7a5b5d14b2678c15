import { nameAt, nativeNames, type NamedThing, type NativeNames } from '../formats/native/nameUses.ts';
import type { Span } from '../network/definition.ts';
import type { AnalyzedDocument } from './documentAnalysis.ts';

/** The names in a native document; null for other formats, whose names are not ours to point at. */
export function namesIn({ analysis, text }: AnalyzedDocument): NativeNames | null {
  const [network] = analysis.networks;
  return analysis.format === 'native' && network ? nativeNames(text, network.definition) : null;
}

export interface FoundName {
  readonly names: NativeNames;
  readonly thing: NamedThing;
  /** The name at the offset, between its quotes. */
  readonly span: Span;
}

export function findName(document: AnalyzedDocument, offset: number): FoundName | null {
  const names = namesIn(document);
  const found = names && nameAt(names, offset);
  return found && { names, ...found };
}
