import { read } from '../../../../../src/formats/registry.ts';
import type { ReadResult } from '../../../../../src/formats/format.ts';

/** What stands at the beginning of every source here. */
export const imports = 'import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n';

export function readPython(source: string, files: Readonly<Record<string, string>> = {}): ReadResult {
  const result = read(imports + source, 'net.py', { weights: false, files: { text: (path) => files[path] } });
  if (!result) throw new Error('the source is not recognized');
  return result;
}
