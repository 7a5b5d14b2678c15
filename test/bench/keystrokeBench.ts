import { readFileSync } from 'node:fs';
import { analyze, type Analysis } from '../../src/analysis/analyze.ts';
import { inlayHints } from '../../src/server/features/inlayHints.ts';
import { shownAsWritten } from '../../src/server/shownNetworks.ts';
import { LineIndex } from '../../src/analysis/lineIndex.ts';
import { defaultSettings } from '../../src/server/settings.ts';

const everything = { start: { line: 0, character: 0 }, end: { line: 1e9, character: 0 } };

/**
 * Processor time of the server from one keystroke to new hints: read, infer, bound, hint. Median of many, in ms. `then`
 * is for a keystroke that changes the network (all is computed again), `elsewhere` for one that leaves every network
 * alone.
 */
export function main(files: readonly string[]): void {
  console.log('file                                        first ms   then ms   elsewhere ms');
  for (const file of files.length > 0
    ? files
    : ['examples/lenet.network.json', 'examples/deep-mlp.network.json', 'examples/cnn.ts']) {
    const text = readFileSync(file, 'utf8');
    const versions = Array.from({ length: 60 }, (_, i) => `${text}${' '.repeat(i)}`);
    const [first, ...times] = versions.map((version) => keystroke(version, file, null).ms);
    let earlier: Analysis | null = null;
    const elsewhere = versions.map((version) => {
      const { ms, analysis } = keystroke(version, file, earlier);
      earlier = analysis;
      return ms;
    });
    const figures = [median(times).toFixed(2).padStart(9), median(elsewhere.slice(1)).toFixed(2).padStart(14)];
    console.log(`${file.padEnd(40)} ${first.toFixed(1).padStart(11)} ${figures.join(' ')}`);
  }
}

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[times.length >> 1];
}

function keystroke(text: string, file: string, earlier: Analysis | null): { ms: number; analysis: Analysis } {
  const began = process.cpuUsage();
  const analysis = analyze(text, file, {}, earlier);
  if (!analysis) throw new Error(`${file} holds no network`);
  const document = {
    uri: file,
    version: 1,
    text,
    fileName: file,
    analysis,
    lines: new LineIndex(text),
    shown: shownAsWritten(analysis),
    source: { uri: file, version: 1, fileName: file },
  };
  if (inlayHints(document, everything, defaultSettings).length === 0) throw new Error(`${file} has no hints`);
  const { user, system } = process.cpuUsage(began);
  return { ms: (user + system) / 1000, analysis };
}
