import type { NetworkAnalysis } from '../../analysis/analyze.ts';
import {
  readEdited,
  signatureOf,
  textVariables,
  variableNamed,
  type NetworkText,
  type TextEdit,
  type TextVariable,
} from '../../analysis/designs/textVariables.ts';
import { sizeOfField, SWEEP_FIELDS, type SweepField } from '../../analysis/designs/sweep.ts';
import type { ReadFile } from '../../formats/format.ts';
import type { LayerDefinition, NetworkDefinition } from '../../network/definition.ts';
import type { SweepSubject } from '../../protocol/runs.ts';
import type { SizeEdit } from '../../protocol/server.ts';
import type { AnalyzedDocument } from '../documentAnalysis.ts';
import { networkText, withSizes } from './sizes.ts';
import { t } from '../translation.ts';

/**
 * The edits that give a network other sizes. They are tried on the text first, and made only where the text then
 * defines just the network that is meant. A variable is never overwritten by a number: its own number changes.
 */
export function sizeEdit(
  document: AnalyzedDocument,
  network: number,
  subject: SweepSubject,
  value: number,
  imports: ReadFile,
): SizeEdit {
  const analysis = document.analysis.networks[network];
  if (!analysis) return refused(t('The network is not there any more.'));
  const source = networkText(document, network, imports);
  const edits =
    subject.kind === 'variable' ? variableEdit(source, subject, value) : layerEdits(source, analysis, subject, value);
  if (typeof edits === 'string') return refused(edits);
  return {
    edits: edits.map(({ span, newText }) => ({ range: document.lines.rangeOf(span), newText })),
    refused: null,
  };
}

function refused(why: string): SizeEdit {
  return { edits: [], refused: why };
}

function variableEdit(
  source: NetworkText,
  subject: Extract<SweepSubject, { kind: 'variable' }>,
  value: number,
): readonly TextEdit[] | string {
  const variable = variableNamed(source, subject);
  return variable
    ? [{ span: variable.span, newText: String(value) }]
    : t('There is no variable {0} any more.', subject.name);
}

function layerEdits(
  source: NetworkText,
  analysis: NetworkAnalysis,
  subject: Exclude<SweepSubject, { kind: 'variable' }>,
  value: number,
): readonly TextEdit[] | string {
  const { definition } = analysis;
  const wanted = withSizes(analysis, subject, value);
  if (wanted === null) return t('The network has no such size.');
  if (subject.kind === 'size' && subject.field === 'copies')
    return copyEdits(source, analysis, subject.layer, value, wanted);
  const changes = changedSizes(definition, wanted);
  if (changes.length === 0) return t('The file has these sizes already.');
  const edits: TextEdit[] = [];
  for (const change of changes) {
    const edit = editOf(source, definition, change);
    if (typeof edit === 'string') return edit;
    if (!edits.some(({ span }) => span.start === edit.span.start)) edits.push(edit);
  }
  const after = readEdited(source, edits);
  if (after !== null && signatureOf(after) === signatureOf(wanted)) return edits;
  const others = after === null ? [] : changedSizes(wanted, after).map(({ layer }) => layer.name);
  return others.length > 0
    ? t('The text of this size also sets {0}: change it by hand.', others.join(', '))
    : t('The text of this size sets more than it: change it by hand.');
}

interface SizeChange {
  readonly layer: LayerDefinition;
  readonly field: SweepField;
  readonly value: number;
}

function changedSizes(before: NetworkDefinition, after: NetworkDefinition): SizeChange[] {
  if (before.layers.length !== after.layers.length) return [];
  return before.layers.flatMap((layer, i) =>
    SWEEP_FIELDS.flatMap((field): SizeChange[] => {
      const value = sizeOfField(after.layers[i], field);
      return value === null || value === sizeOfField(layer, field) ? [] : [{ layer, field, value }];
    }),
  );
}

/** A number is replaced where it stands; where a variable stands alone, its number is. */
function editOf(
  source: NetworkText,
  definition: NetworkDefinition,
  { layer, field, value }: SizeChange,
): TextEdit | string {
  const span = layer.fields[field];
  if (!span) return t('The file does not say {0} where {1} is defined.', field, layer.name);
  const written = source.text.slice(span.start, span.end);
  if (/^[\s\d()[\],]+$/.test(written)) return { span, newText: String(value) };
  const variables = textVariables(source, definition);
  const alone = written.replace(/^["']|["']$/g, '').trim();
  const variable = variables.find(({ name }) => name === alone);
  if (variable) return { span: variable.span, newText: String(value) };
  return variablesIn(written, variables, field, layer.name);
}

function variablesIn(written: string, variables: readonly TextVariable[], field: string, layer: string): string {
  const named = variables.filter(({ name }) =>
    new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`).test(written),
  );
  const names = named.map(({ name }) => name).join(t(' or '));
  return named.length > 0
    ? t('{0} of {1} is written as {2}. Vary {3} instead.', field, layer, written, names)
    : t('{0} of {1} is written as {2}: change it by hand.', field, layer, written);
}

/** In JSON, layers stand one after the other: so do their copies. */
function copyEdits(
  source: NetworkText,
  { definition, network }: NetworkAnalysis,
  index: number,
  copies: number,
  wanted: NetworkDefinition,
): readonly TextEdit[] | string {
  const layer = definition.layers[network.layers[index].definition];
  const { start, end } = layer.span;
  const text = source.text.slice(start, end);
  const byHand = t('Add the layers to the file yourself: its form does not tell how.');
  if (!text.startsWith('{') || !/\.jsonc?$/.test(source.fileName)) return byHand;
  const indent = /(^|\n)([ \t]*)$/.exec(source.text.slice(0, start))?.[2] ?? '';
  const written = wanted.layers.filter(({ name }) => !definition.layers.some((one) => one.name === name));
  const added = written.map(
    ({ name }) =>
      `,\n${indent}${text.replace(/("name"\s*:\s*)"(?:[^"\\]|\\.)*"/, (_, key: string) => key + JSON.stringify(name))}`,
  );
  const edits = [{ span: { start: end, end }, newText: added.join('') }];
  const after = readEdited(source, edits);
  return written.length === copies - 1 && after !== null && signatureOf(after) === signatureOf(wanted) ? edits : byHand;
}
