/** Longer ones are not sources that a person writes. */
const MAX_TEXT_LENGTH = 2_000_000;

/** Whether a file is Python, by its name, that may define a network, by its text. Costs microseconds for all others. */
export function looksLikePythonNetwork(text: string, fileName: string): boolean {
  if (!/\.pyw?$/i.test(fileName) || text.length > MAX_TEXT_LENGTH || !text.includes('torch')) return false;
  return /^[ \t]*(?:import|from)[ \t]+torch\b/m.test(text) && /\b(?:nn|Module|Sequential)\b/.test(text);
}
