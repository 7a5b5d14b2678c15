import type { NetworkAnalysis } from '../../analysis/analyze.ts';
import { commonMean } from '../../analysis/figures.ts';
import { SWEEP_FIELDS, sizeOfField, sweepAt, type SweepField } from '../../analysis/sweep.ts';
import type { ReadFile } from '../../formats/format.ts';
import { read } from '../../formats/registry.ts';
import { buildNetwork } from '../../network/build.ts';
import type { NetworkDefinition } from '../../network/definition.ts';
import type { SweepSubject, SweptRow } from '../../protocol/runs.ts';
import type { SizeEdit } from '../../protocol/server.ts';
import type { BoundResult } from '../../theory/bound.ts';
import type { AnalysedDocument } from '../documentAnalysis.ts';
import { quantity } from './series.ts';

/** One network with another size, and the edit that gives it that size. */

/** What the network becomes with one size of one layer changed. */
export function sweptRow({ definition }: NetworkAnalysis, subject: SweepSubject, value: number): SweptRow | null {
  const target = subjectOf(definition, subject);
  if (target === null) return null;
  const { measures, problems } = sweepAt(definition, target, value, {});
  const figure = (bound: BoundResult | null | undefined) => (bound?.value ? quantity(bound.value) : null);
  const mean = measures && commonMean([measures]);
  return {
    value,
    parameters: measures?.parameters ?? 0,
    atMost: figure(measures?.upper),
    canReach: figure(measures?.lower),
    expected: figure(measures?.means.find(({ id }) => id === mean)),
    problem: problems[0]?.message ?? null,
  };
}

function subjectOf(definition: NetworkDefinition, { layer, field }: SweepSubject) {
  const meant = buildNetwork(definition).network.layers[layer];
  const name = meant && definition.layers[meant.definition].name;
  const known = SWEEP_FIELDS.find((one) => one === field);
  return name !== undefined && known !== undefined ? { layers: [name], field: known } : null;
}

/**
 * The edit that gives one layer another size. It is tried on the text first: one that would change something else, as
 * where a loop writes several layers, is not made. `imports` gives the texts that the document's was read with.
 */
export function sizeEdit(
  document: AnalysedDocument,
  network: number,
  subject: SweepSubject,
  value: number,
  imports: ReadFile,
): SizeEdit {
  const analysis = document.analysis.networks[network];
  const layer = analysis?.network.layers[subject.layer];
  const field = SWEEP_FIELDS.find((one) => one === subject.field);
  const definition = layer && analysis.definition.layers[layer.definition];
  const span = field && definition?.fields[field];
  if (!definition || !field || !span) {
    return { edit: null, refused: `The file does not say ${subject.field} where this layer is defined.` };
  }
  const text = document.text.slice(0, span.start) + String(value) + document.text.slice(span.end);
  const after = read(text, document.fileName, { weights: false, files: { text: imports } })?.networks[network];
  const changed = after && changedSizes(analysis.definition, after, field);
  const meant = changed?.length === 1 && changed[0].name === definition.name && changed[0].value === value;
  if (!meant) {
    const others = changed?.map(({ name }) => name).join(', ');
    const why = others ? `This text is the size of ${others}` : 'The text there is more than this one number';
    return { edit: null, refused: `${why}: change it by hand.` };
  }
  return { edit: { range: document.lines.rangeOf(span), newText: String(value) }, refused: null };
}

function changedSizes(before: NetworkDefinition, after: NetworkDefinition, field: SweepField) {
  if (before.layers.length !== after.layers.length) return undefined;
  return after.layers.flatMap((layer, i) => {
    const value = sizeOfField(layer, field);
    return value === sizeOfField(before.layers[i], field) ? [] : [{ name: layer.name, value }];
  });
}
