import * as vscode from 'vscode';
import type { PanelSession } from './panelSession.ts';
import type { CountRunner } from './countRunner.ts';
import type { PanelMessage } from '../protocol/messages.ts';
import type { CountOutcome } from '../protocol/pool.ts';
import type { Measured } from '../counting/measure.ts';
import type { CountDomain } from '../counting/count.ts';
import type { RegionDescription } from '../counting/describe.ts';
import { placeWords } from '../protocol/placeWords.ts';
import type { CountSettings, PanelDistances, PanelLine, PanelPicture, PanelProbe } from '../protocol/runs.ts';
import { windowMeanRequest } from '../protocol/server.ts';
import type { Server } from './server.ts';

type Asked<K extends PanelMessage['type']> = Extract<PanelMessage, { readonly type: K }>;

/** Characters of a layer's pattern that are sent. */
const MOST_PIECES = 512;
const MOST_OUTPUTS = 8;
/** Inputs that an affine map is written out for. */
const MOST_COEFFICIENTS = 4;

/** What one panel draws beside its counts: a window of the plane, a line, a point. A newer wish ends the one before. */
export class Drawings {
  private readonly running = new Map<string, AbortController>();

  constructor(
    private readonly session: PanelSession,
    private readonly runner: CountRunner,
    private readonly server: Server,
  ) {}

  async picture({ key, id, seed, settings, window }: Asked<'picture'>): Promise<void> {
    const source = await this.session.network(key);
    if (!source) return;
    const signal = this.begin('picture');
    const mean = this.server.ask(windowMeanRequest, { uri: source.uri, network: source.position, settings, window });
    await this.answer(signal, async () => {
      const outcome = await this.runner.draw(source.text, settings, seed, window, signal);
      const expected = await mean;
      if (!signal.aborted)
        this.session.post({ type: 'picture', key, id, picture: pictureOf(outcome, window, expected), message: null });
    }, (message) => this.session.post({ type: 'picture', key, id, picture: null, message })); // prettier-ignore
  }

  async line({ key, id, seed, settings }: Asked<'line'>): Promise<void> {
    const source = await this.session.network(key);
    if (!source) return;
    const signal = this.begin('line');
    await this.answer(signal, async () => {
      const outcome = await this.runner.draw(source.text, settings, seed, undefined, signal);
      if (!signal.aborted) this.session.post({ type: 'line', key, id, line: lineOf(outcome), message: null });
    }, (message) => this.session.post({ type: 'line', key, id, line: null, message })); // prettier-ignore
  }

  async distances({ key, id, seed, settings, seconds }: Asked<'distances'>): Promise<void> {
    const source = await this.session.network(key);
    if (!source) return;
    const signal = this.begin('distances');
    await this.answer(signal, async () => {
      const measured = await this.runner.distances(source.text, settings, seed, seconds, signal);
      const distances = distancesOf(measured, seed, settings, source.inputs);
      const message = distances.points > 0 ? null : vscode.l10n.t('Not one point was measured in {0} seconds.', seconds); // prettier-ignore
      if (!signal.aborted) this.session.post({ type: 'distances', key, id, distances: message === null ? distances : null, message }); // prettier-ignore
    }, (message) => this.session.post({ type: 'distances', key, id, distances: null, message })); // prettier-ignore
  }

  async probe({ key, id, seed, settings, x, y }: Asked<'probe'>): Promise<void> {
    const source = await this.session.network(key);
    if (!source) return;
    const signal = this.begin('probe');
    await this.answer(signal, async () => {
      const found = await this.runner.describe(source.text, settings, seed, [x, y]);
      if (!signal.aborted) this.session.post({ type: 'probe', key, id, probe: probeOf(found, seed, x, y) });
    }, () => this.session.post({ type: 'probe', key, id, probe: null })); // prettier-ignore
  }

  private begin(what: string): AbortSignal {
    this.running.get(what)?.abort();
    const control = new AbortController();
    this.running.set(what, control);
    return control.signal;
  }

  private async answer(signal: AbortSignal, task: () => Promise<void>, failed: (why: string) => void): Promise<void> {
    try {
      await task();
    } catch (error) {
      if (!signal.aborted) failed(error instanceof Error ? error.message : String(error));
    }
  }

  dispose(): void {
    for (const control of this.running.values()) control.abort();
  }
}

function pictureOf({ result, domain, seed }: CountOutcome, window: PanelPicture['window'], expected: number | null) {
  const { regions, exact } = result;
  if (regions === null) return null;
  const gradients = new Float32Array(regions.gradients.length);
  // Over the whole parallelogram, so that colours and numbers stay when the window changes.
  for (let i = 0; i < gradients.length; i++) gradients[i] = regions.gradients[i] / window.size;
  const picture: PanelPicture = {
    seed,
    window,
    exact,
    vertices: new Float32Array(regions.vertices),
    offsets: regions.offsets,
    gradients,
    edgeLayers: regions.edgeLayers,
    sides: sidesOf(domain, window.size),
    expected,
  };
  return picture;
}

/** Lengths of the sides of the whole parallelogram, of which the domain is a part. */
function sidesOf(domain: CountDomain, size: number): [number, number] {
  if (domain.kind !== 'parallelogram') return [1, 1];
  const { u, v } = domain.parallelogram;
  return [Math.hypot(...u) / size, Math.hypot(...v) / size];
}

function lineOf({ result, domain, seed }: CountOutcome): PanelLine | null {
  const { line, exact } = result;
  if (line === null || domain.kind !== 'segment') return null;
  const { from, to } = domain.segment;
  return { seed, exact, ...line, length: Math.hypot(...to.map((x, i) => x - from[i])) };
}

function distancesOf({ points, complete }: Measured, seed: number, settings: CountSettings, inputs: number): PanelDistances {
  const distances = Float64Array.from(points.flatMap(({ distance }) => (distance === null ? [] : [distance])));
  const box = placeWords(inputs, 'cells', { ...settings, place: { type: 'box' } }, vscode.l10n.t);
  return { seed, box, distances, points: points.length, complete };
} // prettier-ignore

function probeOf({ point, pattern, outputs }: RegionDescription, seed: number, x: number, y: number): PanelProbe {
  return {
    seed,
    x,
    y,
    pattern: pattern.map(({ layer, pieces }) => ({
      layer,
      units: pieces.length,
      above: pieces.reduce((sum, piece) => sum + Number(piece > 0), 0),
      pieces: pieces.slice(0, MOST_PIECES).map((piece) => piece.toString(36)).join(''),
    })),
    outputs: outputs.slice(0, MOST_OUTPUTS).map(({ coefficients, constant }) => ({
      coefficients: coefficients.slice(0, MOST_COEFFICIENTS),
      size: Math.hypot(...coefficients),
      value: coefficients.reduce((sum, slope, i) => sum + slope * point[i], constant),
      constant,
    })),
  };
} // prettier-ignore
