import { sweepRowJson, sweepTable } from '../../report/sweepReport.ts';
import { setImmediate } from 'node:timers/promises';
import type { NetworkDefinition } from '../../network/definition.ts';
import {
  MAX_VALUES,
  sweepAt,
  sweepFields,
  sweepValues,
  SWEEP_FIELDS,
  widthField,
  type SweepField,
  type SweepRow,
  type SweepSubject,
} from '../../analysis/designs/sweep.ts';
import { parseArguments, type Output } from '../io.ts';
import { chosenDefinition, readNetworks } from '../networks.ts';
import { parseBudget, parseCount, parseNumber, UsageError } from '../usage.ts';

/** `region-lens sweep`. Returns the exit code. `stop` ends it early with what was computed. */
export async function sweepCommand(words: readonly string[], output: Output, stop: AbortSignal): Promise<number> {
  const { file, layers, field, values, network, options, json } = parseSweepWords(words);
  const read = await readNetworks(file, output);
  if (read === null || !read.sound) return 1;
  const definition = chosenDefinition(read.definitions, network, file);
  const subject = subjectOf(definition, layers, field);
  const rows: SweepRow[] = [];
  for (const value of values) {
    // Signals arrive between two values only.
    await setImmediate();
    if (stop.aborted) break;
    const row = sweepAt(definition, subject, value, options);
    rows.push(row);
    for (const { message } of row.problems) output.error(`${file}: ${subject.field} ${value}: ${message}`);
    if (json) output.line(JSON.stringify(sweepRowJson(file, definition.name, subject, row)));
  }
  if (!json && rows.length > 0) output.line(sweepTable(subject, rows));
  if (rows.length < values.length) return 3;
  return rows.some(({ measures }) => measures === null) ? 1 : 0;
}

function parseSweepWords(words: readonly string[]) {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArguments(words, {
    json: { type: 'boolean' },
    layer: { type: 'string', multiple: true },
    field: text,
    from: text,
    to: text,
    steps: text,
    factor: text,
    network: text,
    'slice-dim': text,
    budget: text,
  });
  if (positionals.length !== 1) throw new UsageError('sweep needs one FILE');
  if (values.layer === undefined) throw new UsageError('sweep needs --layer NAME');
  const field = SWEEP_FIELDS.find((name) => name === values.field);
  if (values.field !== undefined && !field) throw new UsageError(`--field is one of ${SWEEP_FIELDS.join(', ')}`);
  const from = parseCount(values.from, 'from', 1);
  const to = parseCount(values.to, 'to', 1);
  if (from === undefined || to === undefined || from > to)
    throw new UsageError('sweep needs --from A --to B with A <= B');
  const steps = parseCount(values.steps, 'steps', 2, MAX_VALUES);
  const factor = parseNumber(values.factor, 'factor');
  if (steps !== undefined && factor !== undefined) throw new UsageError('give --steps or --factor, not both');
  if (factor !== undefined && factor <= 1) throw new UsageError('--factor takes a number above 1');
  return {
    file: positionals[0],
    layers: values.layer,
    field,
    values: valuesOf({ from, to, steps, factor }),
    network: values.network,
    options: { sliceDimension: parseCount(values['slice-dim'], 'slice-dim', 1), budget: parseBudget(values.budget) },
    json: values.json === true,
  };
}

function valuesOf(spacing: Parameters<typeof sweepValues>[0]): number[] {
  try {
    return sweepValues(spacing);
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(error.message) : error;
  }
}

function subjectOf(
  { layers }: NetworkDefinition,
  names: readonly string[],
  field: SweepField | undefined,
): SweepSubject {
  const found = names.map((name) => {
    const layer = layers.find((each) => each.name === name);
    if (!layer)
      throw new UsageError(`there is no layer ${name}; there are ${layers.map((each) => each.name).join(', ')}`);
    return layer;
  });
  const chosen = field ?? widthField(found[0]);
  if (!chosen)
    throw new UsageError(
      `${names[0]} has no width; --field is one of ${sweepFields(found[0]).join(', ') || 'none here'}`,
    );
  const without = found.find((layer) => !sweepFields(layer).includes(chosen));
  if (without)
    throw new UsageError(
      `${without.name} has no ${chosen}; it has ${sweepFields(without).join(', ') || 'no sizes to vary'}`,
    );
  return { layers: names, field: chosen };
}
