import { describe, expect, it } from 'vitest';
import type { HostMessage } from '../../../src/protocol/messages.ts';
import type { CountSettings, PanelCount } from '../../../src/protocol/runs.ts';
import { isPanelMessage } from '../../../src/protocol/validate.ts';
import { parseHostMessage } from '../../../webview/messages.ts';
import { spreadText } from '../../../webview/figures.ts';
import { samplesOf } from '../../../webview/statistics.ts';
import { INITIAL_STATE, receive, restore, toKept, type PanelState } from '../../../webview/store.ts';
import { viewOf } from '../../../webview/view.ts';
import { partition } from '../../ui/panelHarness/partition.ts';
import { comparison, mlpDistances, mlpLine, mlpProbe, swept } from '../../ui/panelHarness/scenes.ts';
import { lenetNetwork, mlpNetwork, modelOf, runOf, settingsOf } from '../../ui/panelHarness/samples.ts';

const network = mlpNetwork();
const { key } = network;
const settings = settingsOf(network, { seeds: 2 });
const show: HostMessage = { type: 'show', model: modelOf(network) };
const countOf = (seed: number, perLayer: number[]): PanelCount => {
  return {
    seed,
    exact: true,
    activationRegions: perLayer[perLayer.length - 1],
    perLayer,
    seconds: 0.1,
    sampling: null,
  };
};

function after(...messages: readonly HostMessage[]): PanelState {
  return messages.reduce(receive, INITIAL_STATE);
}

const counted: HostMessage[] = [
  show,
  { type: 'run', key, run: runOf(network, [], { settings }) },
  { type: 'counted', key, count: countOf(2, [280, 1000, 2200, 2200]) },
  { type: 'counted', key, count: countOf(1, [270, 1100, 2400, 2400]) },
];

describe('counts', () => {
  it('are brought together by layer, in the order of their seeds', () => {
    const view = viewOf(after(...counted));
    expect(view?.counts.map((count) => count.seed)).toEqual([1, 2]);
    expect(view?.counted[0]).toEqual({ counts: 2, mean: 275, deviation: Math.sqrt(50), exact: true });
    expect(view?.countedTotal?.mean).toBe(2300);
  });

  it('are not shown for a network that was edited since, and again when the edit is undone', () => {
    const edited: HostMessage = { type: 'show', model: modelOf({ ...network, fingerprint: 'edited' }) };
    const view = viewOf(after(...counted, edited));
    expect([view?.outdated, view?.counts.length]).toEqual([true, 0]);
    expect(viewOf(after(...counted, edited, show))?.counts).toHaveLength(2);
  });

  it('stand beside the mean of their own place and weights, and else beside the usual one', () => {
    const line = network.series.find(({ id }) => id === 'kac-rice-line')!;
    const theory = { ...runOf(network, []).theory, domain: 'the diagonal of [−1, 1]²', expected: line };
    const run = runOf(network, [countOf(1, [10, 20, 30, 30])], { theory });
    const view = viewOf(after(show, { type: 'run', key, run }));
    expect([view?.expected?.id, view?.countDomain]).toEqual(['kac-rice-line', 'the diagonal of [−1, 1]²']);
    expect(viewOf(after(show))?.expected?.id).toBe('kac-rice-plane');
  });

  it('that are samples say so, and what they estimate', () => {
    const theory = { ...runOf(network, []).theory, method: 'sample' as const };
    const sampling = { samples: 10_000, chao1: 2600, newAtEnd: 0.02 };
    const count = { ...countOf(1, [300, 1000, 2200, 2200]), exact: false, sampling };
    const view = viewOf(after(show, { type: 'run', key, run: runOf(network, [count], { theory }) }))!;
    expect(view.sampled).toBe(true);
    expect(spreadText(view.countedTotal!)).toBe('≥ 2,200');
    expect(samplesOf(view.counts)).toEqual({ points: 10_000, estimate: 2600, newAtEnd: 0.02 });
    expect(samplesOf([countOf(1, [2])])).toBeNull();
  });

  it('are for the place that the settings name, whichever method these come to', () => {
    const where = (more: Partial<CountSettings>) => {
      const view = viewOf({ ...after(show), settings: { [key]: settingsOf(network, more) } })!;
      return [view.method, view.countDomain];
    };
    expect(where({})).toEqual(['plane', '[−1, 1]²']);
    expect(where({ place: { type: 'all' } })).toEqual(['cells', 'ℝ²']);
    expect(where({ place: { type: 'segment', from: [0, 0], to: [1, -0.5] } })).toEqual([
      'line',
      'the segment from (0, 0) to (1, −0.5)',
    ]);
    expect(where({ method: 'sample', upper: 2 })).toEqual(['sample', '[−1, 2]²']);
    expect(where({ method: 'line' })).toEqual(['line', 'the diagonal of [−1, 1]²']);
  });

  it('of a run that is over change no more', () => {
    const done: HostMessage = { type: 'run', key, run: runOf(network, [], { status: 'done' }) };
    const state = after(show, done);
    expect(receive(state, counted[2])).toBe(state);
  });
});

describe('answers', () => {
  it('count only for what was asked last', () => {
    const asking = { ...after(show), line: { key, id: 7, value: null, message: null } };
    const late = receive(asking, { type: 'line', key, id: 6, line: mlpLine(1), message: null });
    expect(late.line?.value).toBeNull();
    const meant = receive(asking, { type: 'line', key, id: 7, line: mlpLine(1), message: null });
    expect(viewOf(meant)?.line?.value?.knots.length).toBeGreaterThan(10);
    expect(viewOf({ ...meant, selectedKey: 'other', model: modelOf(lenetNetwork()) })?.line).toBeNull();
  });

  it('of a sweep come one by one, in any order', () => {
    const asking = { ...after(show), swept: { key, id: 3, value: null, message: null } };
    const state = [9, 3, 5].reduce(
      (before, value) => receive(before, { type: 'swept', key, id: 3, row: swept(value) }),
      asking as PanelState,
    );
    expect(state.swept?.value?.map(({ value }) => value)).toEqual([3, 5, 9]);
  });
});

describe('the network shown', () => {
  const two = modelOf(network, lenetNetwork());
  it('is the one chosen here, until the cursor goes to another', () => {
    const chosen = { ...after({ type: 'show', model: two }), selectedKey: lenetNetwork().key };
    expect(viewOf(receive(chosen, { type: 'show', model: { ...two, version: 2 } }))?.network.name).toBe('lenet');
    const cursor = receive(chosen, { type: 'show', model: { ...two, selected: 1 } });
    expect(viewOf(receive(cursor, { type: 'show', model: two }))?.network.name).toBe('deep-mlp');
  });
});

describe('what is remembered', () => {
  it('brings back the model, the counts and the settings', () => {
    const kept: unknown = JSON.parse(
      JSON.stringify(
        toKept(
          after(...counted, {
            type: 'run',
            key,
            run: runOf(network, [countOf(1, [2300])], { settings, status: 'done' }),
          }),
        ),
      ),
    );
    const view = viewOf(restore(kept));
    expect(view?.countedTotal?.mean).toBe(2300);
    expect(view?.run?.status).toBe('done');
    expect(view?.settings).toEqual(settings);
  });

  it('is left out where it is not understood', () => {
    for (const kept of [
      undefined,
      null,
      7,
      'x',
      [],
      { model: { file: 1 } },
      { runs: { a: 1 }, drawn: [3], settings: 4 },
    ])
      expect(restore(kept)).toEqual(INITIAL_STATE);
  });
});

describe('messages', () => {
  it('of the protocol are let through as they are', () => {
    const { picture, count } = partition([3, 3], 1);
    const messages: HostMessage[] = [
      ...counted,
      { type: 'home', home: 'view', pinned: true, versions: 'Region Lens 1.0.0', seeds: 24 },
      { type: 'counted', key, count },
      { type: 'picture', key, id: 1, picture, message: null },
      { type: 'line', key, id: 2, line: mlpLine(1), message: null },
      { type: 'probe', key, id: 3, probe: mlpProbe(0.2, 0.3) },
      {
        type: 'points',
        key,
        use: 'count',
        points: {
          label: 'a.csv',
          points: [
            [1, 2],
            [3, 4],
          ],
        },
      },
      { type: 'picked', key, uris: ['file:///a'] },
      { type: 'compared', key, id: 4, comparison: comparison() },
      { type: 'swept', key, id: 5, row: swept(7) },
      { type: 'countProgress', key, progress: { done: 1, of: 2, regions: 40, share: 0.5, secondsLeft: null } },
      { type: 'distances', key, id: 6, distances: mlpDistances(1), message: null },
      { type: 'run', key, run: null },
      { type: 'highlight', key, layer: null },
      { type: 'empty', message: 'Open a file.' },
    ];
    for (const message of messages) expect(parseHostMessage(structuredClone(message))).toEqual(message);
  });

  it('that are malformed are not', () => {
    const { picture, count } = partition([3, 3], 1);
    const wrong: unknown[] = [
      null,
      'show',
      {},
      { type: 'unknown' },
      { type: 'toString' },
      { type: 'show', model: { ...modelOf(network), networks: [{ ...network, layers: 'none' }] } },
      { type: 'counted', key, count: { ...count, perLayer: [Number.NaN] } },
      { type: 'picture', key, id: 1, picture: { ...picture, offsets: picture.offsets.slice(1) }, message: null },
      { type: 'picture', key, id: 1, picture: { ...picture, window: { x: 0.5, y: 0, size: 0.6 } }, message: null },
      { type: 'line', key, id: 1, line: { ...mlpLine(1), outputs: new Float64Array(3) }, message: null },
      { type: 'run', key, run: { ...runOf(network, []), status: 'fine' } },
    ];
    for (const message of wrong) expect(parseHostMessage(message)).toBeNull();
  });
});

describe('messages of the page', () => {
  const window = { x: 0.25, y: 0.5, size: 0.25 };
  it('of the protocol are let through', () => {
    const messages: unknown[] = [
      { type: 'ready' },
      { type: 'pin', pinned: true },
      { type: 'point', key, layer: null },
      { type: 'count', key, settings },
      { type: 'count', key, settings: { ...settings, method: 'sample', place: { type: 'all' } } },
      { type: 'count', key, settings: { ...settings, place: { type: 'parallelogram', origin: [0], u: [1], v: [2] } } },
      { type: 'choosePoints', key, use: 'line', needed: 2 },
      { type: 'picture', key, id: 1, seed: 1, settings, window },
      { type: 'sweep', key, id: 1, subject: { layer: 0, field: 'units' }, values: [1, 2] },
      { type: 'save', suggestedName: 'a.png', text: 'AAAA', encoding: 'base64' },
      { type: 'open', url: 'https://arxiv.org/abs/1711.02114' },
    ];
    for (const message of messages) expect(isPanelMessage(message)).toBe(true);
  });

  it('that ask for what cannot be are dropped', () => {
    const wrong: unknown[] = [
      { type: 'count', key, settings: { ...settings, seeds: 1001 } },
      { type: 'count', key, settings: { ...settings, lower: 1, upper: 1 } },
      { type: 'count', key, settings: { ...settings, kernel: 'zeros' } },
      {
        type: 'count',
        key,
        settings: { ...settings, place: { type: 'points', set: { label: '', points: [[Number.NaN]] } } },
      },
      { type: 'count', key, settings: { ...settings, method: 'line', place: { type: 'all' } } },
      {
        type: 'count',
        key,
        settings: { ...settings, method: 'cells', place: { type: 'segment', from: [0], to: [1] } },
      },
      { type: 'count', key, settings: { ...settings, samples: 0 } },
      { type: 'picture', key, id: 1, seed: 1, settings, window: { ...window, size: 0.8 } },
      { type: 'probe', key, id: 1, seed: 1, settings, x: 2, y: 0 },
      { type: 'sweep', key, id: 1, subject: { layer: 0, field: 'units' }, values: [0] },
      { type: 'compare', key, id: 1, uris: Array.from({ length: 51 }, () => 'file:///a'), counterparts: true },
      { type: 'save', suggestedName: 'a', text: 'x', encoding: 'hex' },
      { type: 'open', url: 'command:workbench.action.quit' },
    ];
    for (const message of wrong) expect(isPanelMessage(message)).toBe(false);
  });
});
