const extensions = /\.(?:[cm]?[jt]s|[jt]sx)$/i;

/** What building a network looks like in a source text. */
const building = /\b(?:sequential\s*\(|Sequential\b|layers\s*\.\s*[a-zA-Z]+\d?[dD]?\s*\(|(?:tf|tfl)\s*\.\s*(?:model|input|layers)\b|makeLayers\s*\(|:\s*Network\s*=|satisfies\s+Network\b|as\s+Network\b)/; // prettier-ignore

/** Substrings of which one is in every text that `building` finds something in: the quick way to say no. */
const landmarks = ['equential', 'layers', 'tf', 'makeLayers', 'Network'];

/** Whether a file is a script, by its name, that may define a network, by its text. Costs microseconds for all others. */
export function looksLikeNetworkSource(text: string, fileName: string): boolean {
  return (
    extensions.test(fileName) && landmarks.some((word) => text.includes(word)) && building.test(text) && mentions(text)
  );
}

/** Names that other libraries do not share. */
function mentions(text: string): boolean {
  return (
    text.includes('@tensorflow/tfjs') ||
    /\btf\s*\.\s*(?:sequential|model|layers|input)\b/.test(text) ||
    /\blayers\s*\.\s*(?:dense|conv[123]d|flatten|maxPool|avgPool|dropout|batchNorm)/.test(text) ||
    text.includes('convnetjs') ||
    /(?::|satisfies|as)\s*Network\b/.test(text)
  );
}

/** Offsets at which something is built; a function without one is not worth following on its own. */
export function buildingOffsets(text: string): number[] {
  const offsets: number[] = [];
  const pattern = /\b(?:sequential|Sequential|model|layers|input|LayersModel|makeLayers|Net)\b/g;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) offsets.push(match.index);
  return offsets;
}
