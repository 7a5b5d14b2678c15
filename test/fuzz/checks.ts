import { setImmediate as turn } from 'node:timers/promises';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { analyze, type Analysis, type NetworkAnalysis } from '../../src/analysis/analyze.ts';
import { compareNetworks } from '../../src/analysis/designs/compare.ts';
import { whyNotCounted } from '../../src/analysis/counts/countPlan.ts';
import { LineIndex } from '../../src/analysis/lineIndex.ts';
import { reportJson } from '../../src/report/reportJson.ts';
import { reportTable } from '../../src/report/reportTable.ts';
import { sweepAt, sweepFields } from '../../src/analysis/designs/sweep.ts';
import { writeNative } from '../../src/formats/native/write.ts';
import { read } from '../../src/formats/registry.ts';
import type { ReadResult } from '../../src/formats/format.ts';
import { buildNetwork } from '../../src/network/build.ts';
import type { Problem } from '../../src/network/definition.ts';
import { sizeOf } from '../../src/network/shape.ts';
import type { BoundResult } from '../../src/theory/bound.ts';
import { compare, log10ErrorOf, type Magnitude } from '../../src/theory/numbers/magnitude.ts';
import { codeActions } from '../../src/server/features/codeActions.ts';
import { codeLenses } from '../../src/server/features/codeLens.ts';
import { panelComparison } from '../../src/server/panel/comparison.ts';
import { completions } from '../../src/server/features/completion.ts';
import { definitionAt } from '../../src/server/features/definition.ts';
import { diagnostics } from '../../src/server/features/diagnostics.ts';
import { DocumentAnalyses, type AnalyzedDocument } from '../../src/server/documentAnalysis.ts';
import { DocumentWork } from '../../src/server/documentWork.ts';
import { highlightsAt } from '../../src/server/features/highlight.ts';
import { hoverAt } from '../../src/server/features/hover.ts';
import { inlayHints, resolveInlayHint } from '../../src/server/features/inlayHints.ts';
import { panelModel } from '../../src/server/panel/panelModel.ts';
import { referencesAt } from '../../src/server/features/references.ts';
import { renameAt, renameRange } from '../../src/server/features/rename.ts';
import { defaultSettings } from '../../src/server/settings.ts';
import { documentSymbols } from '../../src/server/features/symbols.ts';
import { spansOf } from '../unit/formats/fixtures.ts';
import type { Random } from './random.ts';
import type { Seed } from './seeds.ts';

/** How far a document is followed. */
export type Depth = 'read' | 'bounds' | 'all';

/** What a check looked at, by name; each counts once a document. */
export type Exercised = Set<string>;

/** So much of the processor's time may a document take to be read, analyzed and reported, in milliseconds. */
const mostMilliseconds = 2000;

class Unsound extends Error {}

function must(condition: boolean, what: string): void {
  if (!condition) throw new Unsound(what);
}

/**
 * Throws at the first thing that is not as it should be. Returns what was looked at; nothing for a text that is not
 * a network. Between two parts a turn of the event loop ends, as it does between two answers of the server: targets of
 * weak references are kept so long.
 */
export async function checkDocument({ name, text }: Seed, depth: Depth, random: Random): Promise<Exercised> {
  const exercised: Exercised = new Set();
  const weights = random.chance(0.5);
  const reading = timed(() => checkRead(name, text, weights, exercised));
  if (depth === 'read' || !reading.found) return exercised;
  const { found: analysis, milliseconds } = timed(() => checkAnalysis(name, text, depth, exercised));
  // What follows analyses the text another dozen times.
  if (depth === 'all' && milliseconds < mostMilliseconds / 10) await checkAll(name, text, analysis, exercised, random);
  return exercised;
}

/**
 * Throws for a task of more than `mostMilliseconds`. One that took that long by the clock is done once more and
 * measured by the processor's time: others may have kept the machine busy. To ask for that each time costs too much.
 */
function timed<T>(task: () => T): { readonly found: T; readonly milliseconds: number } {
  const start = performance.now();
  const found = task();
  const milliseconds = performance.now() - start;
  if (milliseconds < mostMilliseconds) return { found, milliseconds };
  const usage = process.cpuUsage();
  task();
  const used = process.cpuUsage(usage).user / 1000;
  must(used < mostMilliseconds, `reading or analysis took ${(used / 1000).toFixed(1)} s`);
  return { found, milliseconds };
}

/** Whether the text is a network. */
function checkRead(name: string, text: string, weights: boolean, exercised: Exercised): boolean {
  const result = read(text, name, { weights });
  if (result === null) return false;
  exercised.add(`format ${result.format}`);
  checkDefinitions(text, result, exercised);
  return true;
}

function checkAnalysis(name: string, text: string, depth: Depth, exercised: Exercised): Analysis {
  const analysis = analyze(text, name);
  if (analysis === null) throw new Unsound('what can be read is analyzed');
  for (const network of analysis.networks) checkBounds(network, exercised);
  if (depth === 'all') checkReport(name, text, analysis, exercised);
  return analysis;
}

function checkDefinitions(text: string, result: ReadResult, exercised: Exercised): void {
  for (const span of spansOf(result)) checkSpan(text, span);
  for (const definition of result.networks) {
    const { network, problems } = buildNetwork(definition);
    checkProblems(text, problems);
    for (const layer of network.layers) {
      const shapes = [...layer.inputShapes, layer.outputShape];
      const isSound = shapes.every((shape) => shape.every((extent) => Number.isSafeInteger(extent) && extent > 0));
      must(isSound && Number.isSafeInteger(sizeOf(layer.outputShape)), `shapes of ${layer.name}`);
      must(layer.parameters === null || layer.parameters >= 0, `parameters of ${layer.name}`);
      exercised.add(`layer ${layer.operation.kind}`);
    }
    if (network.layers.length > 0) exercised.add('a network with layers');
    must(typeof whyNotCounted(network) !== 'undefined', 'whether it can be counted');
  }
}

function checkSpan(text: string, { start, end }: { start: number; end: number }): void {
  must(start >= 0 && start <= end && end <= text.length, `the range ${start}-${end} of ${text.length}`);
}

function checkProblems(text: string, problems: readonly Problem[]): void {
  for (const { span, message } of problems) {
    checkSpan(text, span);
    must(message.length > 0 && !/undefined|\[object/.test(message.replace(/"[^"]*"/g, '')), `the message ${message}`);
  }
}

/** No lower bound above an upper one, after any layer. */
function checkBounds(network: NetworkAnalysis, exercised: Exercised): void {
  const upper = network.bound('tightest-upper');
  const lower = network.bound('best-lower');
  if (!upper?.applies || !lower?.applies) return;
  exercised.add('bounds');
  checkBelow(lower, upper);
}

function checkBelow(lower: BoundResult, upper: BoundResult): void {
  lower.perLayer?.forEach((cut, layer) => {
    const above = upper.perLayer?.[layer];
    if (cut && above)
      must(isBelow(cut, above), `${lower.id} > ${upper.id} at layer ${layer}: ${cut.log10} > ${above.log10}`);
  });
}

function isBelow(a: Magnitude, b: Magnitude): boolean {
  if (a.exact !== null && b.exact !== null) return compare(a, b) <= 0;
  return a.log10 <= b.log10 + log10ErrorOf(a) + log10ErrorOf(b) + 1e-9;
}

function checkReport(name: string, text: string, analysis: Analysis, exercised: Exercised): void {
  const lines = new LineIndex(text);
  const report = reportJson(name, analysis, lines);
  checkFinite(report);
  JSON.parse(JSON.stringify(report));
  reportTable(name, analysis, lines);
  exercised.add('report');
}

async function checkAll(name: string, text: string, analysis: Analysis, exercised: Exercised, random: Random) {
  checkProblems(text, analysis.problems);
  for (const network of analysis.networks) {
    checkEveryBound(network, exercised);
    await checkVariations(network);
  }
  compareNetworks(
    analysis.networks.map(({ network }) => ({ file: name, network })),
    {},
    true,
  );
  exercised.add('comparison');
  await turn();
  checkEdits(name, text, analysis, random);
  exercised.add('incremental analysis');
  await turn();
  checkServer(name, text, exercised, random);
}

function checkEveryBound({ bounds }: NetworkAnalysis, exercised: Exercised): void {
  const uppers = bounds.filter((bound) => bound.applies && (bound.kind === 'upper' || bound.kind === 'exact'));
  const lowers = bounds.filter((bound) => bound.applies && bound.kind === 'lower' && bound.note === null);
  for (const bound of bounds) {
    must(bound.applies || (bound.reason ?? '').length > 0, `${bound.id} has a number or a reason`);
    if (bound.applies) exercised.add(`bound ${bound.id}`);
  }
  for (const lower of lowers) for (const upper of uppers) if (upper.of === lower.of) checkBelow(lower, upper);
}

async function checkVariations({ definition }: NetworkAnalysis): Promise<void> {
  for (const field of definition.layers.slice(0, 1).flatMap(sweepFields)) {
    sweepAt(definition, { layers: [definition.layers[0].name], field }, 5, {});
    await turn();
  }
  const again = writeNative(definition).text;
  must(read(again, 'again.network.json', { weights: false }) !== null, 'a network written as native is read again');
}

function checkFinite(value: unknown): void {
  if (typeof value === 'number') must(Number.isFinite(value), 'a number in the report that is not finite');
  if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) checkFinite(part);
}

/** An edit analyzed with what is known from before gives what the text gives from scratch. */
function checkEdits(name: string, text: string, analysis: Analysis, random: Random): void {
  const at = random.below(text.length + 1);
  const edited = text.slice(0, at) + random.pick(['', ' ', '\n', '1', '"']) + text.slice(at + random.below(3));
  const [after, fresh] = [analyze(edited, name, {}, analysis), analyze(edited, name)];
  const lines = new LineIndex(edited);
  const reports = [after, fresh].map((each) => each && JSON.stringify(reportJson(name, each, lines)));
  must(reports[0] === reports[1], 'an edited text analyzed again and from scratch');
}

/** Every feature of the editor, at a few places. */
function checkServer(name: string, text: string, exercised: Exercised, random: Random): void {
  const source = TextDocument.create(`file:///w/${encodeURIComponent(name)}`, 'jsonc', 1, text);
  const work = new DocumentWork(() => undefined);
  const document = new DocumentAnalyses(() => ({}), work, fail).of(source);
  if (!document) return;
  const found = diagnostics(document, defaultSettings);
  codeActions(document, wholeRange(document), found);
  codeLenses(document, defaultSettings);
  const hints = inlayHints(document, wholeRange(document), defaultSettings);
  for (const hint of hints.slice(0, 3)) resolveInlayHint(hint, document);
  documentSymbols(document);
  for (let k = 0; k < 6; k++) {
    const offset = random.below(text.length + 1);
    hoverAt(document, offset);
    definitionAt(document, offset);
    referencesAt(document, offset, true);
    highlightsAt(document, offset);
    if (renameRange(document, offset)) renameAt(document, offset, 'renamed');
    completions(document, offset);
  }
  exercised.add('server features');
  checkFinitePanel(panelModel(document, random.below(text.length + 1)));
  panelComparison([{ document, networks: null }], true, []);
  exercised.add('panel');
}

/** What the server would show as a problem is a find here. */
function fail(_uri: string, error: unknown): never {
  throw error;
}

function wholeRange({ lines, text }: AnalyzedDocument) {
  return { start: { line: 0, character: 0 }, end: lines.positionAt(text.length) };
}

function checkFinitePanel(model: unknown): void {
  must(JSON.stringify(model) !== undefined, 'the panel can be sent');
}
