import type { WeightsSource } from '../../common/weightsSource.ts';
import * as vscode from 'vscode';
import type { CountRunner } from './countRunner.ts';
import type { CountOutcome } from '../../protocol/pool.ts';
import type { Experiment } from '../../counting/experiments/measure.ts';
import { describePlace } from '../../common/describePlace.ts';
import { boxOf, type Domain } from '../../common/place.ts';
import type { RegionDescription } from '../../counting/regions/describeRegion.ts';
import type { CountSettings, PanelDistances, PanelLine, PanelPicture, PanelProbe } from '../../protocol/runs.ts';
import { windowMeanRequest } from '../../protocol/server.ts';
import type { Answerers } from './panelAnswers.ts';
import type { Server } from '../server.ts';

/** Characters of a layer's pattern that are sent. */
const MAX_PIECES = 512;
const MAX_OUTPUTS = 8;
/** Inputs that an affine map is written out for. */
const MAX_COEFFICIENTS = 4;

/** What a panel draws beside its counts: a window of the plane, a line, distances, a point, and what they cost. */
export function drawings(
  runner: CountRunner,
  server: Server,
): Pick<Answerers, 'picture' | 'line' | 'distances' | 'cost' | 'probe'> {
  return {
    async picture({ uri, position, text }, { source, settings, window, level }, signal) {
      const mean = server.ask(windowMeanRequest, { uri, network: position, settings, window });
      const outcome = await runner.draw(text, settings, source, window, signal, level ?? undefined);
      return pictureOf(outcome, window, await mean);
    },
    async line({ text }, { source, settings }, signal) {
      return lineOf(await runner.draw(text, settings, source, undefined, signal));
    },
    async distances({ text, inputs }, { source, settings, seconds }, signal) {
      const measured = await runner.distances(text, settings, source, seconds, signal);
      const distances = distancesOf(measured, source, settings, inputs);
      if (distances.points === 0) {
        throw new Error(vscode.l10n.t('Not one point was measured in {0} seconds.', seconds));
      }
      return distances;
    },
    async cost({ text }, { source, settings }, signal) {
      return { seconds: await runner.cost(text, settings, source, signal) };
    },
    async probe({ text }, { source, settings, x, y }) {
      return probeOf(await runner.describe(text, settings, source, [x, y]), source, x, y);
    },
  };
}

export function pictureOf(
  { result, domain, source }: CountOutcome,
  window: PanelPicture['window'],
  expected: number | null,
): PanelPicture {
  const { regions, exact } = result;
  if (regions === null) throw new Error(vscode.l10n.t('The regions of this count cannot be drawn.'));
  const gradients = new Float32Array(regions.gradients.length);
  // Over the whole parallelogram, so that colors and numbers stay when the window changes.
  for (let i = 0; i < gradients.length; i++) gradients[i] = regions.gradients[i] / window.size;
  return {
    source,
    window,
    exact,
    vertices: new Float32Array(regions.vertices),
    offsets: regions.offsets,
    gradients,
    edgeLayers: regions.edgeLayers,
    boundary: new Float32Array(regions.boundary),
    outputs: regions.outputs,
    sides: sidesOf(domain, window.size),
    expected,
  };
}

/** Lengths of the sides of the whole parallelogram, of which the domain is a part. */
function sidesOf(domain: Domain, size: number): [number, number] {
  if (domain.kind !== 'parallelogram') return [1, 1];
  const { u, v } = domain;
  return [Math.hypot(...u) / size, Math.hypot(...v) / size];
}

export function lineOf({ result, domain, source }: CountOutcome): PanelLine {
  const { line, exact } = result;
  if (line === null || domain.kind !== 'segment') {
    throw new Error(vscode.l10n.t('The line of this count cannot be drawn.'));
  }
  const { from, to } = domain;
  return { source, exact, ...line, length: Math.hypot(...to.map((x, i) => x - from[i])) };
}

function distancesOf(
  { points, complete }: Experiment,
  source: WeightsSource,
  settings: CountSettings,
  inputs: number,
): PanelDistances {
  const distances = Float64Array.from(points.flatMap(({ distance }) => (distance === null ? [] : [distance])));
  const box = describePlace(inputs, 'cells', boxOf(settings.place), vscode.l10n.t);
  return { source, box, distances, points: points.length, complete };
}

function probeOf(
  { point, pattern, outputs }: RegionDescription,
  source: WeightsSource,
  x: number,
  y: number,
): PanelProbe {
  return {
    source,
    x,
    y,
    pattern: pattern.map(({ layer, pieces }) => ({
      layer,
      units: pieces.length,
      above: pieces.reduce((sum, piece) => sum + Number(piece > 0), 0),
      pieces: pieces
        .slice(0, MAX_PIECES)
        .map((piece) => piece.toString(36))
        .join(''),
    })),
    outputs: outputs.slice(0, MAX_OUTPUTS).map(({ coefficients, constant }) => ({
      coefficients: coefficients.slice(0, MAX_COEFFICIENTS),
      size: Math.hypot(...coefficients),
      value: coefficients.reduce((sum, slope, i) => sum + slope * point[i], constant),
      constant,
    })),
  };
}
