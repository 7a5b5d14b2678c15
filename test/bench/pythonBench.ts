import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { analyze, type Analysis } from '../../src/analysis/analyze.ts';
import { inlayHints } from '../../src/server/features/inlayHints.ts';
import { shownAsWritten } from '../../src/server/shownNetworks.ts';
import { LineIndex } from '../../src/analysis/lineIndex.ts';
import { defaultSettings } from '../../src/server/settings.ts';

const everything = { start: { line: 0, character: 0 }, end: { line: 1e9, character: 0 } };
/** Enough for the median to be of code that the engine has compiled. */
const KEYS = 120;

/**
 * Processor time of the server from a keystroke in Python to new hints, the median of many in milliseconds, when one
 * types a comment, a statement in the middle of a class, a line that is not finished, and a size that changes to and
 * fro.
 */
export function main(files: readonly string[], { root }: { readonly root: string }): void {
  const texts: [name: string, text: string][] =
    files.length > 0 ? files.map((file) => [file, readFileSync(file, 'utf8')]) : written(root);
  console.log(
    'file                                 lines  networks  first ms   comment   in a class   unfinished      size',
  );
  for (const [name, text] of texts) {
    const first = keystroke(text, null);
    const kinds = [comments, statements, unfinished, sizes].map((make) => typed(make(text), first.analysis).toFixed(1));
    const [comment, statement, line, size] = kinds;
    const counts = [
      String(text.split('\n').length).padStart(7),
      String(first.analysis.networks.length).padStart(9),
      first.ms.toFixed(0).padStart(9),
    ];
    console.log(
      `${name.slice(-34).padEnd(34)} ${counts.join(' ')} ${comment.padStart(9)} ${statement.padStart(12)} ${line.padStart(12)} ${size.padStart(9)}`,
    );
  }
}

function written(root: string): [name: string, text: string][] {
  const own = (path: string) => readFileSync(join(root, 'test', path), 'utf8');
  const classics = ['small', 'alexnet', 'dcgan', 'densenet', 'mobilenetv2', 'resnet', 'squeezenet', 'vgg'];
  const joined = classics.map((name) => own(`unit/formats/source/python/classics/${name}.py`)).join('\n\n');
  return [
    ['a file of networks', `${joined}\n\n${own('bench/fileNetworks.py')}`],
    ['residual networks', own('bench/residualNetworks.py')],
  ];
}

/** The texts while one types a line of comment before a class in the middle. */
function comments(text: string): string[] {
  const at = middle(text, /^class /gm);
  return Array.from({ length: KEYS }, (_, i) => `${text.slice(0, at)}# ${'n'.repeat(i)}\n${text.slice(at)}`);
}

/** While one types a statement before what a method in the middle gives back. */
function statements(text: string): string[] {
  const at = middle(text, /(?<=^ {8})return \w/gm);
  return Array.from({ length: KEYS }, (_, i) => `${text.slice(0, at)}y = ${i + 1}\n        ${text.slice(at)}`);
}

/** While one types a layer in a constructor in the middle, character by character. */
function unfinished(text: string): string[] {
  const at = middle(text, /(?<=__init__\(\)\n) {8}/gm);
  const line = 'self.extra = nn.Conv2d(64, ';
  return Array.from(
    { length: KEYS },
    (_, i) => `${text.slice(0, at)}        ${line.slice(0, i + 4)}\n${text.slice(at)}`,
  );
}

/** While a size of a convolution or linear layer in the middle changes. */
function sizes(text: string): string[] {
  const at = middle(text, /(?<=(?:Linear|Conv2d)\([^)\n]*)\b\d+(?=[,)])/g);
  const [digits] = /^\d+/.exec(text.slice(at)) ?? [''];
  return Array.from(
    { length: KEYS },
    (_, i) => text.slice(0, at) + (Number(digits) + (i % 3)) + text.slice(at + digits.length),
  );
}

function middle(text: string, pattern: RegExp): number {
  const places = [...text.matchAll(pattern)].map(({ index }) => index);
  return places[places.length >> 1] ?? text.length;
}

function typed(texts: readonly string[], before: Analysis): number {
  let earlier = before;
  const times = texts.map((text) => {
    const { ms, analysis } = keystroke(text, earlier);
    earlier = analysis;
    return ms;
  });
  return times.slice(KEYS >> 2).sort((a, b) => a - b)[(KEYS * 3) >> 3];
}

function keystroke(text: string, earlier: Analysis | null): { ms: number; analysis: Analysis } {
  const began = process.cpuUsage();
  const analysis = analyze(text, 'model.py', {}, earlier);
  if (!analysis) throw new Error('no network');
  const document = {
    uri: 'model.py',
    version: 1,
    text,
    fileName: 'model.py',
    analysis,
    lines: new LineIndex(text),
    shown: shownAsWritten(analysis),
    source: { uri: 'model.py', version: 1, fileName: 'model.py' },
  };
  inlayHints(document, everything, defaultSettings);
  const { user, system } = process.cpuUsage(began);
  return { ms: (user + system) / 1000, analysis };
}
