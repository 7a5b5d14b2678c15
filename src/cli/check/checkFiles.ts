import { relative, resolve, sep } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { NOWHERE } from '../../network/definition.ts';
import { analyze, type NetworkAnalysis } from '../../analysis/analyze.ts';
import { baselineOf, compareWithBaseline, type Baseline } from '../../analysis/check/baseline.ts';
import { evaluate } from '../../analysis/check/evaluate.ts';
import type { CheckResult } from '../../analysis/check/results.ts';
import { LineIndex } from '../../analysis/lineIndex.ts';
import { noDefinition, noNetworkProblem } from '../../analysis/noNetwork.ts';
import { readInput } from '../../host/node/files/readInput.ts';
import { located, type LocatedResult } from '../../report/checkReport.ts';
import type { TheoryOptions } from '../../theory/bound.ts';
import { UsageError } from '../usage.ts';
import type { ExpectationsFile } from './expectationsFile.ts';

interface CheckTask {
  /** Paths and patterns; none for those of the expectations. */
  readonly files: readonly string[];
  readonly expectations: ExpectationsFile;
  readonly baseline: Baseline | null;
  readonly options: TheoryOptions;
}

interface Checked {
  readonly results: readonly LocatedResult[];
  /** Of all networks, for a baseline. */
  readonly figures: Baseline['networks'];
}

const IGNORED = ['**/node_modules/**', '**/.git/**'];

/** Checks every network of every file. */
export async function runChecks(task: CheckTask): Promise<Checked> {
  const { expectations } = task;
  const { root, content } = expectations;
  const wanted = await wantedFiles(task);
  const scopes = await Promise.all(
    content.expectations.map(async ({ files }) => (files === undefined ? null : new Set(await found(files, root)))),
  );
  const matched = new Set<number>();
  const results: LocatedResult[] = [];
  const figures: Baseline['networks'] = [];
  for (const { path, isNamed } of wanted) {
    const file = shownPath(path);
    const key = shownPath(path, root);
    const read = await readNetworks(path, file, isNamed, task.options);
    const check = (result: CheckResult) => results.push(located(result, read.lines));
    read.results.forEach(check);
    for (const analysis of read.networks) {
      content.expectations.forEach((expectation, i) => {
        if (scopes[i]?.has(path) === false || !isMeant(expectation.network, analysis.network.name)) return;
        matched.add(i);
        evaluate(expectation, file, analysis).forEach(check);
      });
      figures.push(baselineOf(key, analysis));
    }
    compared(task, key, file, read.networks).forEach(check);
  }
  if (task.files.length === 0) results.push(...unmatched(expectations, matched));
  return { results, figures };
}

/** Files in the order given, each once. Errors: UsageError where there is nothing to check. */
async function wantedFiles({ files, expectations: { content, root, file } }: CheckTask) {
  const wanted = new Map<string, boolean>();
  const take = (paths: readonly string[], isNamed: boolean) => {
    for (const path of paths) if (!wanted.has(path)) wanted.set(path, isNamed);
  };
  for (const each of files) {
    if (isDynamicPattern(each)) take(await found(each, process.cwd()), false);
    else take([resolve(each)], true);
  }
  const patterns = content.files ?? content.expectations.flatMap((each) => each.files ?? []);
  if (files.length === 0) {
    if (patterns.length === 0) throw new UsageError(`check needs FILES, or "files" in ${file}`);
    take(await found(patterns, root), false);
  }
  if (wanted.size === 0) throw new UsageError('no file matches');
  return [...wanted].map(([path, isNamed]) => ({ path, isNamed }));
}

async function found(patterns: string | readonly string[], cwd: string): Promise<string[]> {
  const paths = await glob([patterns].flat(), { cwd, absolute: true, ignore: IGNORED, dot: true });
  return paths.map((path) => resolve(path)).sort();
}

/** A path as reports name it: from the folder in which the check runs. */
function shownPath(path: string, from = process.cwd()): string {
  return relative(from, path).replaceAll(sep, '/');
}

function isMeant(pattern: string | undefined, name: string): boolean {
  if (pattern === undefined) return true;
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^]*')}$`).test(name);
}

interface ReadFile {
  readonly networks: readonly NetworkAnalysis[];
  readonly lines: LineIndex;
  /** Of reading: each error, or that there is none. */
  readonly results: readonly CheckResult[];
}

async function readNetworks(path: string, file: string, isNamed: boolean, options: TheoryOptions): Promise<ReadFile> {
  const saying = (passed: boolean, message: string, span = NOWHERE): CheckResult => ({
    check: 'readable',
    file,
    network: null,
    passed,
    message,
    span,
  });
  const input = await readInput(path);
  const lines = new LineIndex('text' in input ? input.text : '');
  if ('fault' in input) return { networks: [], lines, results: [saying(false, input.fault)] };
  const analysis = analyze(input.content, path, options, null, input.imports);
  if (analysis === null) {
    // Patterns meet many files that are about something else.
    const results = isNamed ? [saying(false, noDefinition(input.text, path))] : [];
    return { networks: [], lines, results };
  }
  const { networks, readingProblems } = analysis;
  const errors = readingProblems.filter(({ severity }) => severity === 'error');
  const results = errors.map(({ message, span }) => saying(false, message, span));
  if (errors.length > 0) return { networks, lines, results };
  if (networks.length > 0)
    return { networks, lines, results: [saying(true, `read as ${analysis.format}, without errors`)] };
  const { message } = noNetworkProblem(input.text, path, readingProblems);
  return { networks, lines, results: isNamed ? [saying(false, message)] : [] };
}

/** The networks of one file beside their figures in the baseline. */
function compared(
  { baseline, expectations }: CheckTask,
  key: string,
  file: string,
  networks: readonly NetworkAnalysis[],
): CheckResult[] {
  const tolerance = expectations.content.baseline?.tolerance ?? 0;
  return (baseline?.networks ?? [])
    .filter((earlier) => earlier.file === key)
    .flatMap((earlier) => {
      const analysis = networks.find(({ network }) => network.name === earlier.network);
      if (analysis) return compareWithBaseline(file, earlier, analysis, tolerance);
      const message = 'the baseline has this network, and the file has it no longer; write the baseline again';
      return [{ check: 'baseline', file, network: earlier.network, passed: false, message, span: NOWHERE } as const];
    });
}

/** An expectation for no network would pass unseen, whatever it demands. */
function unmatched({ content, file, lines, spanOf }: ExpectationsFile, matched: ReadonlySet<number>): LocatedResult[] {
  return content.expectations.flatMap((_, index) => {
    if (matched.has(index)) return [];
    const message = 'this expectation is for no network of the files that are checked';
    return [located({ check: 'matched', file, network: null, passed: false, message, span: spanOf(index) }, lines)];
  });
}
