import { readFileSync } from 'node:fs';
import { analyze } from '../../src/analysis/analyze.ts';
import { inlayHints } from '../../src/server/inlayHints.ts';
import { LineIndex } from '../../src/analysis/lineIndex.ts';
import { defaultSettings } from '../../src/server/settings.ts';

const everything = { start: { line: 0, character: 0 }, end: { line: 1e9, character: 0 } };

/** Processor time of the server from one keystroke to new hints: read, infer, bound, hint. Median of many, in ms. */
export function main(files: readonly string[]): void {
  console.log('file                                        first ms   then ms');
  for (const file of files.length > 0 ? files : ['examples/lenet.network.json', 'examples/deep-mlp.network.json', 'examples/cnn.ts']) {
    const text = readFileSync(file, 'utf8');
    const [first, ...times] = Array.from({ length: 60 }, (_, i) => keystroke(`${text}${' '.repeat(i)}`, file));
    const median = times.sort((a, b) => a - b)[times.length >> 1];
    console.log(`${file.padEnd(40)} ${first.toFixed(1).padStart(11)} ${median.toFixed(2).padStart(9)}`);
  }
} // prettier-ignore

function keystroke(text: string, file: string): number {
  const began = process.cpuUsage();
  const analysis = analyze(text, file);
  if (!analysis) throw new Error(`${file} holds no network`);
  const document = { uri: file, version: 1, text, fileName: file, analysis, lines: new LineIndex(text) };
  if (inlayHints(document, everything, defaultSettings).length === 0) throw new Error(`${file} has no hints`);
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}
