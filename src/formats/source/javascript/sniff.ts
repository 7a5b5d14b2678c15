const extensions = /\.(?:[cm]?[jt]s|[jt]sx)$/i;

/** Longer ones are bundles, not sources that a person writes. */
export const MAX_TEXT_LENGTH = 2_000_000;

/** Each way to write a network: a word that such a text holds, and what else makes it one. */
const signs: readonly { readonly word: string; readonly pattern: RegExp }[] = [
  { word: '@tensorflow/tfjs', pattern: /\b(?:[sS]equential|layers|model|Model)\b/ },
  { word: 'tf', pattern: /\btf\s*\.\s*(?:sequential|model|layers|Sequential|LayersModel)\b/ },
  { word: 'layers', pattern: /\blayers\s*\.\s*(?:dense|conv[123]d|flatten|maxPool|batchNorm)/ },
  { word: 'makeLayers', pattern: /\bmakeLayers\s*\(/ },
  { word: 'Network', pattern: /(?::|\bsatisfies|\bas)\s*Network\b/ },
  { word: 'layers', pattern: /\blayers['"]?\s*:\s*\[\s*\{\s*['"]?type['"]?\s*:\s*['"]/ },
];

/**
 * Whether a file is a script, by its name, that may define a network, by its text. Costs microseconds for all others.
 */
export function looksLikeNetworkSource(text: string, fileName: string): boolean {
  if (!extensions.test(fileName) || text.length > MAX_TEXT_LENGTH) return false;
  return signs.some(({ word, pattern }) => text.includes(word) && pattern.test(text));
}

/** Offsets at which something is built; a function without one is not worth following on its own. */
export function buildingOffsets(text: string): number[] {
  const pattern = /\b(?:sequential|Sequential|model|layers|input|LayersModel|makeLayers|Net)\b/g;
  return Array.from(text.matchAll(pattern), (match) => match.index);
}
