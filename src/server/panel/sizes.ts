import type { NetworkAnalysis } from '../../analysis/analyze.ts';
import { commonMean, networkFigures } from '../../analysis/designs/figures.ts';
import {
  resized,
  sizeOfField,
  stacked,
  sweepFields,
  SWEEP_FIELDS,
  widthField,
  type SweepField,
} from '../../analysis/designs/sweep.ts';
import {
  textVariables,
  variableNamed,
  withVariable,
  type NetworkText,
  type TextVariable,
} from '../../analysis/designs/textVariables.ts';
import { widthGroups } from '../../analysis/designs/widthGroups.ts';
import type { ReadFile } from '../../formats/format.ts';
import { buildNetwork } from '../../network/build.ts';
import type { LayerDefinition, NetworkDefinition } from '../../network/definition.ts';
import type { SweepOption, SweepSubject, SweptRow } from '../../protocol/runs.ts';
import type { BoundResult } from '../../theory/bound.ts';
import type { AnalyzedDocument } from '../documentAnalysis.ts';
import { quantity } from './series.ts';
import { t } from '../translation.ts';

/** One network with other sizes: what can be varied, and what it becomes. */

/** Deeper networks take longer than a slider is waited for. */
const MAX_COPIES = 12;
const MIN_RANGE = 8;
/** All widths together are varied in percent of what they are. */
const PERCENT = 100;
const MAX_PERCENT = 400;

export function networkText({ text, source }: AnalyzedDocument, network: number, imports: ReadFile): NetworkText {
  return { text, fileName: source.fileName, network, files: { text: imports } };
}

/** What can be varied, variables of the text first: they change all that depends on them. */
export function sweepOptions(document: AnalyzedDocument, network: number, imports: ReadFile): SweepOption[] {
  const analysis = document.analysis.networks[network];
  if (!analysis) return [];
  const { definition } = analysis;
  const variables = textVariables(networkText(document, network, imports), definition);
  return [...variables.map(variableOption), ...widthsOption(definition), ...sizeOptions(analysis)];
}

function variableOption({ name, ordinal, value }: TextVariable): SweepOption {
  return { subject: { kind: 'variable', name, ordinal }, layers: [], now: value, to: rangeOf(value) };
}

function widthsOption(definition: NetworkDefinition): SweepOption[] {
  const groups = widthGroups(definition);
  if (groups.length < 2) return [];
  const layers = groups.flatMap((group) => group.layers);
  return [{ subject: { kind: 'widths' }, layers, now: PERCENT, to: MAX_PERCENT }];
}

/** Sizes of single layers; layers whose widths must be equal are one. */
function sizeOptions({ definition, network }: NetworkAnalysis): SweepOption[] {
  const groups = widthGroups(definition);
  return network.layers.flatMap((layer) => {
    const own = definition.layers[layer.definition];
    // A layer that a definition makes several of is varied by its first.
    if (layer.neurons === 0 || own.sharedWith !== undefined) return [];
    return sweepFields(own).flatMap((field): SweepOption[] => {
      const now = sizeOfField(own, field);
      const layers = layersTogether(own, field, groups);
      if (now === null || layers[0] !== own.name) return [];
      const to = field === 'copies' ? MAX_COPIES : rangeOf(now);
      return [{ subject: { kind: 'size', layer: layer.index, field }, layers, now, to }];
    });
  });
}

function rangeOf(now: number): number {
  return Math.max(MIN_RANGE, 4 * now);
}

function layersTogether(
  layer: LayerDefinition,
  field: SweepField,
  groups: ReturnType<typeof widthGroups>,
): readonly string[] {
  const group = widthField(layer) === field ? groups.find(({ layers }) => layers.includes(layer.name)) : undefined;
  return group?.layers ?? [layer.name];
}

/** What the network becomes at one value of the subject. */
export function sweptRow(
  document: AnalyzedDocument,
  network: number,
  subject: SweepSubject,
  value: number,
  imports: ReadFile,
): SweptRow | null {
  const changed = changedDefinition(document, network, subject, value, imports);
  if (changed === null) return null;
  if (typeof changed === 'string') return { ...NO_ROW, value, problem: changed };
  const built = buildNetwork(changed);
  const problem = built.problems.find(({ severity }) => severity === 'error')?.message ?? null;
  if (problem !== null) return { ...NO_ROW, value, problem };
  const measures = networkFigures(built.network, {});
  const figure = (bound: BoundResult | null | undefined) => (bound?.value ? quantity(bound.value) : null);
  const mean = commonMean([measures]);
  return {
    value,
    parameters: measures.parameters,
    atMost: figure(measures.upper),
    canReach: figure(measures.lower),
    expected: figure(measures.means.find(({ id }) => id === mean)),
    problem: null,
  };
}

const NO_ROW = { parameters: 0, atMost: null, canReach: null, expected: null } as const;

/** The definition at a value of the subject; a sentence where there is none at this value; null without subject. */
function changedDefinition(
  document: AnalyzedDocument,
  network: number,
  subject: SweepSubject,
  value: number,
  imports: ReadFile,
): NetworkDefinition | string | null {
  const analysis = document.analysis.networks[network];
  if (!analysis) return null;
  switch (subject.kind) {
    case 'variable': {
      const source = networkText(document, network, imports);
      const variable = variableNamed(source, subject);
      return variable && (withVariable(source, variable, value) ?? t('With this value the file defines no network.'));
    }
    case 'widths':
    case 'design':
    case 'size':
      return withSizes(analysis, subject, value);
  }
}

/** The definition with sizes of layers changed; null for a subject that it does not have. */
export function withSizes(
  { definition, network }: NetworkAnalysis,
  subject: Exclude<SweepSubject, { kind: 'variable' }>,
  value: number,
): NetworkDefinition | null {
  const groups = widthGroups(definition);
  if (subject.kind === 'widths') {
    const scaled = (width: number): number => Math.max(1, Math.round((width * value) / PERCENT));
    return groups.reduce((now, group) => resized(now, group, scaled(group.width)), definition);
  }
  if (subject.kind === 'design') {
    return groups.reduce((now, group, i) => resized(now, group, subject.widths[i] ?? group.width), definition);
  }
  const layer = network.layers[subject.layer];
  const own = layer && definition.layers[layer.definition];
  const field = SWEEP_FIELDS.find((one) => one === subject.field);
  if (!own || field === undefined) return null;
  if (field === 'copies') return stacked(definition, [own.name], value);
  return resized(definition, { layers: layersTogether(own, field, groups), field }, value);
}
