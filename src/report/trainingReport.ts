import { domainJson } from '../common/place.ts';
import type { Snapshot } from '../analysis/training/snapshots.ts';
import type { ExpectedFigures, SnapshotFigures, SnapshotResult } from '../analysis/training/snapshotFigures.ts';
import type { LogEntry } from '../analysis/training/trainingLog.ts';
import type { LineKind } from '../analysis/training/trainingPlaces.ts';
import { formatCount, significant } from '../common/formatFigures.ts';
import type { Spread } from '../analysis/statistics.ts';
import type { Network } from '../network/network.ts';
import { describeInitialization } from '../theory/kacRice/bounds.ts';
import { SCHEMA_VERSION } from './reportJson.ts';
import { alignColumns } from './reportTable.ts';
import { UNIT_HEADINGS, unitCells } from './unitReport.ts';
import { visibleLine } from './visibleText.ts';

/** What was found of one snapshot. */
export interface SnapshotReport extends SnapshotResult {
  readonly snapshot: Snapshot;
  readonly log: LogEntry | null;
}

/** What all snapshots of a run have in common. */
export interface RunReport {
  readonly network: Network;
  readonly radius: number;
  /** Kac-Rice means at initialization on the same lines, or why there are none. */
  readonly expectedPerNeuron: Readonly<Partial<Record<LineKind, number>>> | { readonly reason: string };
  /** The same of other figures. */
  readonly expected: ExpectedFigures;
}

/**
 * The published JSON of one snapshot. `regionsPerNeuron` is the mean over lines through samples of the data, or over
 * random chords of the box where no data are given.
 */
export function snapshotJson(run: RunReport, { snapshot, count, domain, figures, log }: SnapshotReport) {
  const { step, epoch, file } = snapshot;
  const { method, chosen, exact, stoppedBy, activationRegions, linearRegions, perLayer, seconds } = count;
  const { lines, planes, distance, localComplexity, constantUnits, complete } = figures;
  const { expectedPerNeuron: expected } = run;
  return {
    schemaVersion: SCHEMA_VERSION,
    step,
    epoch,
    file,
    network: run.network.name,
    method,
    ...(chosen && { chosen }),
    exact,
    stoppedBy,
    activationRegions,
    linearRegions,
    perLayer,
    seconds,
    domain: domainJson(domain),
    complete,
    regionsPerNeuron: mainLines(figures)?.perNeuron.mean ?? null,
    lines,
    planes,
    distance,
    localComplexity: { radius: run.radius, ...localComplexity },
    constantUnits,
    expectedAtInitialization:
      'reason' in expected
        ? null
        : {
            regionsPerNeuron: expected,
            breakpointsPerLength: run.expected.breakpointsPerLength,
            regionsInPlanes: run.expected.inPlanes ?? null,
          },
    ...('reason' in expected && { expectedReason: expected.reason }),
    log,
  };
}

function mainLines({ lines }: SnapshotFigures) {
  return lines.through ?? lines.chords;
}

/** Figures of the log that a table has room for. */
const MAX_LOGGED = 3;

/** A table of the whole run, a snapshot a row, and a legend. */
export function trainingTable(run: RunReport, snapshots: readonly SnapshotReport[]): string {
  const logged = loggedNames(snapshots.map(({ log }) => log));
  const hasData = snapshots.some(({ figures }) => figures.localComplexity.data !== undefined);
  const hasTest = snapshots.some(({ figures }) => figures.localComplexity.test !== undefined);
  const hasPlanes = snapshots.some(({ figures }) => figures.planes !== null);
  const head = [
    'step',
    ...logged,
    'regions',
    'regions per neuron',
    ...UNIT_HEADINGS,
    ...(hasPlanes ? ['regions in planes'] : []),
    'neurons × distance',
    ...(hasData ? ['breakpoints near data'] : []),
    ...(hasTest ? ['near test data'] : []),
    `breakpoints near ${hasData ? 'uniform points' : 'points'}`,
    'dead',
  ];
  const rows = snapshots.map(({ snapshot, count, figures, log }) => [
    nameOf(snapshot),
    ...logged.map((name) => figure(log?.[name])),
    `${count.exact ? '' : 'at least '}${formatCount(count.activationRegions)}`,
    spread(mainLines(figures)?.perNeuron),
    ...unitCells(mainLines(figures)?.unitBreakpoints?.all),
    ...(hasPlanes ? [planeRegions(figures)] : []),
    spread((figures.distance.data ?? figures.distance.uniform)?.timesNeurons),
    ...(hasData ? [spread(figures.localComplexity.data?.breakpointsPerLength)] : []),
    ...(hasTest ? [spread(figures.localComplexity.test?.breakpointsPerLength)] : []),
    spread(figures.localComplexity.uniform?.breakpointsPerLength),
    deadUnits(figures),
  ]);
  return [alignColumns([head, ...rows], 0), ...legend(run, snapshots[0])].join('\n');
}

/** One line about one snapshot, for a run that is watched. */
export function snapshotSentence({ snapshot, count, figures, log }: SnapshotReport): string {
  const time = snapshot.step === null ? nameOf(snapshot) : `step ${snapshot.step}`;
  const regions = `${count.exact ? '' : 'at least '}${formatCount(count.activationRegions)} regions`;
  const logged = loggedNames([log]).map((name) => `${name} ${figure(log?.[name])}`);
  const perNeuron = `${spread(mainLines(figures)?.perNeuron)} per neuron on lines`;
  const distance = `${spread((figures.distance.data ?? figures.distance.uniform)?.timesNeurons)} neurons × distance`;
  return visibleLine(`${time}: ${[regions, perNeuron, distance, ...logged].join(', ')}`);
}

function planeRegions({ planes }: SnapshotFigures): string {
  return planes ? `${planes.exact ? '' : 'at least '}${spread(planes.regions)}` : '–';
}

function legend(run: RunReport, { count, figures }: SnapshotReport): string[] {
  const { expectedPerNeuron: expected, radius } = run;
  const { lines, planes, distance } = figures;
  const kinds = [
    lines.through && `${lines.through.lines} lines through samples of the data and the origin`,
    lines.chords && `${lines.chords.lines} random chords of the box`,
  ].filter((kind) => kind !== undefined);
  const mean = 'reason' in expected ? undefined : (expected.through ?? expected.chords);
  const points = distance.data ?? distance.uniform;
  return [
    `regions: ${count.chosen ? `${count.method}, since ${count.chosen.why}` : count.method}`,
    `regions per neuron: on ${kinds.join(' and ')}; ${
      mean === undefined
        ? 'no mean at initialization is known'
        : `${figure(mean)} expected for ${describeInitialization(run.network)}`
    }`,
    'none, median, most: neurons without a breakpoint on these lines; breakpoints that one neuron makes on a line',
    ...(planes
      ? [
          `regions in planes: in ${planes.planes} through three samples, with a quarter of the triangle's sides around it${run.expected.inPlanes === undefined ? '' : `; ${figure(run.expected.inPlanes)} expected at initialization`}`,
        ]
      : []),
    `neurons × distance: from ${points?.points ?? 0} ${distance.data ? 'samples' : 'uniform points'} to the nearest boundary, times the number of neurons`,
    `breakpoints: for each unit of length, on chords of length ${figure(2 * radius)} around the points${expectedNear(run)}`,
    `dead: neurons on their lowest piece at all ${distance.data ? 'samples' : 'points'} looked at`,
  ].map(visibleLine);
}

function expectedNear({ expected: { breakpointsPerLength: means } }: RunReport): string {
  const parts = [
    means.data !== undefined && `${figure(means.data)} near data`,
    means.test !== undefined && `${figure(means.test)} near test data`,
    means.uniform !== undefined && `${figure(means.uniform)} near uniform points`,
  ].filter((part) => part !== false);
  return parts.length === 0 ? '' : `; expected at initialization: ${parts.join(', ')}`;
}

function nameOf({ step, epoch, file }: Snapshot): string {
  if (step !== null) return String(step);
  return epoch === null ? file.replace(/^.*[\\/]/, '') : `epoch ${epoch}`;
}

/** Names of figures that the log has at some snapshot, those of time left out. */
function loggedNames(logs: readonly (LogEntry | null)[]): string[] {
  const names = new Set(logs.flatMap((log) => Object.keys(log ?? {})));
  return [...names].filter((name) => !/step|epoch|iter|time/i.test(name)).slice(0, MAX_LOGGED);
}

function deadUnits({ constantUnits }: SnapshotFigures): string {
  return constantUnits ? String(constantUnits.reduce((sum, { lowest }) => sum + lowest, 0)) : '–';
}

function spread(value: Spread | undefined): string {
  if (!value) return '–';
  return value.standardError === null ? figure(value.mean) : `${figure(value.mean)} ± ${figure(value.standardError)}`;
}

function figure(value: number | undefined): string {
  if (value === undefined) return '–';
  return significant(value);
}
