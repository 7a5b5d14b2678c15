import { DEFAULT_BOX } from '../common/place.ts';
import type { Network } from '../network/network.ts';
import { describeInitialization } from '../theory/kacRice/bounds.ts';
import type { ExperimentChoice, ExperimentSummary } from '../analysis/counts/experiment.ts';
import { formatCount } from '../common/formatFigures.ts';
import { SCHEMA_VERSION } from './reportJson.ts';
import type { Spread } from '../analysis/statistics.ts';
import { unitLines } from './unitReport.ts';
import { visibleLine } from './visibleText.ts';

export interface ExperimentReport {
  readonly file: string;
  /** With the way in which weights are drawn. */
  readonly network: Network;
  /** Some weights are those of the file. */
  readonly hasWeights: boolean;
  readonly choice: ExperimentChoice;
  /** Of the networks measured. */
  readonly seeds: readonly number[];
  readonly summary: ExperimentSummary;
  readonly complete: boolean;
}

/** The published JSON form. */
export function experimentJson({ file, network, hasWeights, choice, seeds, summary, complete }: ExperimentReport) {
  const { lower, upper } = choice.box ?? DEFAULT_BOX;
  const { segment, expected, regionsOnSegment, breakpointsPerNeuron, boundaryDensity, boundaryVolume, distance } =
    summary;
  const { kernel, kernelStddev, biasStddev } = network.initialization;
  const mean = 'reason' in expected ? null : expected;
  return {
    schemaVersion: SCHEMA_VERSION,
    file,
    network: network.name,
    complete,
    seeds,
    weights: hasWeights ? 'file' : 'drawn',
    initialization: { kernel, kernelStddev, biasStddev },
    places: { seed: choice.placesSeed, lines: choice.chords, points: choice.points },
    domain: { lower, upper },
    segment: {
      from: segment.from,
      to: segment.to,
      regions: regionsOnSegment,
      breakpointsPerNeuron,
      ...(choice.units === true && { unitBreakpoints: summary.unitBreakpoints }),
      expected: mean?.regionsOnSegment ?? null,
    },
    boundary: { density: boundaryDensity, volume: boundaryVolume, expected: mean?.boundaryDensity ?? null },
    distance,
    expectedReason: 'reason' in expected ? expected.reason : null,
  };
}

/** For people: layer by layer, then the whole network. */
export function experimentTable({
  file,
  network,
  hasWeights,
  choice,
  seeds,
  summary,
  complete,
}: ExperimentReport): string {
  const { expected, regionsOnSegment, breakpointsPerNeuron, boundaryDensity, distance } = summary;
  const { lower, upper } = choice.box ?? DEFAULT_BOX;
  const mean = 'reason' in expected ? null : expected;
  const head = [
    'layer',
    'neurons',
    'regions on the segment',
    'expected',
    'breakpoints a neuron',
    'boundary density',
    'expected',
  ];
  const rows = network.layers.flatMap(({ index, name, neurons }) =>
    neurons === 0 || regionsOnSegment[index] === null
      ? []
      : [
          [
            visibleLine(name),
            formatCount(neurons),
            spread(regionsOnSegment[index]),
            figure(mean?.regionsOnSegment[index] ?? null),
            spread(breakpointsPerNeuron[index]),
            spread(boundaryDensity[index]),
            figure(mean?.boundaryDensity[index] ?? null),
          ],
        ],
  );
  const title = `${network.name}  (${file}), ${seeds.length === 1 ? `seed ${seeds[0]}` : `${seeds.length} seeds from ${seeds[0]}`}, ${hasWeights ? 'weights of the file; expected for ' : ''}${describeInitialization(network)}`;
  return [
    visibleLine(title),
    ...aligned([head, ...rows]),
    ...(choice.units === true ? unitLines(network, summary.unitBreakpoints) : []),
    `lines and points in [${lower}, ${upper}]^${network.inputSize}: ${choice.chords} chords, ${distance.points} points`,
    `distance to the nearest boundary: ${spread(distance.mean)}; times the number of neurons ${spread(distance.timesNeurons)}`,
    `there the outputs bend in a share of ${spread(distance.outputBends)}`,
    ...('reason' in expected ? [visibleLine(`no expected figures: ${expected.reason}`)] : []),
    ...(complete ? [] : ['stopped: of fewer networks, lines or points than asked for']),
  ].join('\n');
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, k) => Math.max(...rows.map((row) => row[k].length)));
  return rows.map(
    (row) => `  ${row.map((cell, k) => (k === 0 ? cell.padEnd(widths[k]) : cell.padStart(widths[k]))).join('  ')}`,
  );
}

/** The mean, and its standard error where there is one. */
function spread(value: Spread | null): string {
  if (!value) return '–';
  const error = value.standardError === null ? '' : ` ± ${figure(value.standardError)}`;
  return `${figure(value.mean)}${error}`;
}

function figure(value: number | null): string {
  if (value === null) return '–';
  return value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e6)
    ? value.toExponential(3)
    : String(Number(value.toPrecision(5)));
}
