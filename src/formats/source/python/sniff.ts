/** Longer ones are not sources that a person writes. */
const MAX_TEXT_LENGTH = 2_000_000;

function isPython(text: string, fileName: string): boolean {
  return /\.pyw?$/i.test(fileName) && text.length <= MAX_TEXT_LENGTH;
}

/** Whether a file is Python, by its name, that may define a network of PyTorch, by its text. */
export function looksLikePyTorch(text: string, fileName: string): boolean {
  if (!isPython(text, fileName)) return false;
  // A module may get the names of PyTorch from a file beside it.
  if (/^from[ \t]+\.[\w.]*[ \t]+import[ \t]+\*/m.test(text) && /^class[ \t]+\w+[ \t]*\(nn\.Module\)/m.test(text))
    return !/\bflax\b/.test(text);
  if (!/torch|timm/.test(text)) return false;
  const imported = /^[ \t]*(?:import|from)[ \t]+(?:torch(?:vision)?|timm)\b/m;
  return imported.test(text) && /\b(?:nn|Module|Sequential|torchvision|hub|timm)\b/.test(text);
}

/** Likewise for a network of Keras. */
export function looksLikeKeras(text: string, fileName: string): boolean {
  if (!isPython(text, fileName) || !text.includes('keras')) return false;
  return (
    /^[ \t]*(?:import|from)[ \t]+(?:keras|tensorflow|tf_keras)\b/m.test(text) &&
    /\b(?:Sequential|Model|layers)\b/.test(text)
  );
}

/** Likewise for a network of Flax. */
export function looksLikeFlax(text: string, fileName: string): boolean {
  if (!isPython(text, fileName) || !text.includes('flax')) return false;
  return /^[ \t]*(?:import|from)[ \t]+flax\b/m.test(text) && /\b(?:linen|nnx|Module)\b/.test(text);
}

/** Whether a file is Python that may define a network. Costs microseconds for all others. */
export function looksLikePythonNetwork(text: string, fileName: string): boolean {
  return looksLikePyTorch(text, fileName) || looksLikeKeras(text, fileName) || looksLikeFlax(text, fileName);
}
