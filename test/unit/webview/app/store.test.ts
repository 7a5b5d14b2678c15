import { drawnWeights } from '../../../../src/common/weightsSource.ts';
import { describe, expect, it } from 'vitest';
import {
  isHostMessage,
  isPanelMessage,
  type HostMessage,
  type PanelMessage,
} from '../../../../src/protocol/messages.ts';
import type { Answer, QuestionName } from '../../../../src/protocol/questions.ts';
import type { CountSettings, PanelCount, SweptRow } from '../../../../src/protocol/runs.ts';
import { spreadText } from '../../../../webview/tables/figures.ts';
import { samplesOf } from '../../../../webview/tables/statistics.ts';
import {
  INITIAL_STATE,
  receive,
  restore,
  toPersisted,
  withPoints,
  withRow,
  type PanelState,
} from '../../../../webview/app/store.ts';
import { viewOf } from '../../../../webview/app/view.ts';
import { partition } from '../../../ui/panelHarness/partition.ts';
import { comparison, mlpDistances, mlpLine, mlpProbe, swept } from '../../../ui/panelHarness/scenes.ts';
import { lenetNetwork, mlpNetwork, modelOf, runOf, settingsOf } from '../../../ui/panelHarness/samples.ts';

const network = mlpNetwork();
const { key } = network;
const settings = settingsOf(network, { seeds: 2 });
type Told = Exclude<HostMessage, Answer>;
const show: Told = { type: 'show', model: modelOf(network) };
const countOf = (seed: number, perLayer: number[]): PanelCount => {
  return {
    source: drawnWeights(seed),
    exact: true,
    activationRegions: perLayer[perLayer.length - 1],
    perLayer,
    seconds: 0.1,
    sampling: null,
    atMost: null,
  };
};

function after(...messages: readonly Told[]): PanelState {
  return messages.reduce(receive, INITIAL_STATE);
}

const counted: Told[] = [
  show,
  { type: 'run', key, run: runOf(network, [], { settings }) },
  { type: 'counted', key, count: countOf(2, [280, 1000, 2200, 2200]) },
  { type: 'counted', key, count: countOf(1, [270, 1100, 2400, 2400]) },
];

describe('counts', () => {
  it('are brought together by layer, in the order of their seeds', () => {
    const view = viewOf(after(...counted));
    expect(view?.counts.map((count) => count.source.seed)).toEqual([1, 2]);
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
    expect(where({ place: { kind: 'all' } })).toEqual(['cells', 'ℝ²']);
    expect(where({ place: { kind: 'segment', from: [0, 0], to: [1, -0.5] } })).toEqual([
      'line',
      'the segment from (0, 0) to (1, −0.5)',
    ]);
    expect(where({ method: 'sample', place: { kind: 'box', lower: -1, upper: 2 } })).toEqual(['sample', '[−1, 2]²']);
    expect(where({ method: 'line' })).toEqual(['line', 'the diagonal of [−1, 1]²']);
  });

  it('of a run that is over change no more', () => {
    const done: Told = { type: 'run', key, run: runOf(network, [], { status: 'done' }) };
    const state = after(show, done);
    expect(receive(state, counted[2])).toBe(state);
  });
});

describe('answers', () => {
  it('are shown with the network they are about, and with no other', () => {
    const state = { ...after(show), line: { key, value: mlpLine(1), message: null } };
    expect(viewOf(state)?.line?.value?.knots.length).toBeGreaterThan(10);
    expect(viewOf({ ...state, selectedKey: 'other', model: modelOf(lenetNetwork()) })?.line).toBeNull();
  });

  it('of a sweep are kept in the order of their values', () => {
    const rows = [9, 3, 5, 3].reduce<readonly SweptRow[]>((before, value) => withRow(before, swept(value)), []);
    expect(rows.map(({ value }) => value)).toEqual([3, 5, 9]);
  });

  it('with points of a file become the place of the counts, or of the line', () => {
    const set = {
      label: 'a.csv',
      points: [
        [1, 2],
        [3, 4],
      ],
    };
    const place = { kind: 'points', ...set };
    expect(withPoints(after(show), key, 'count', set).settings[key].place).toEqual(place);
    expect(withPoints(after(show), key, 'line', set).lines[key]).toEqual(place);
    expect(withPoints(after(show), 'gone', 'line', set)).toEqual(after(show));
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
        toPersisted(
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

function answer(name: QuestionName, value: unknown): HostMessage {
  return { type: 'answer', id: 1, name, answer: value, error: null };
}

function ask(name: QuestionName, params: unknown): PanelMessage {
  return { type: 'ask', id: 1, key, name, params };
}

describe('messages', () => {
  it('of the protocol are let through as they are', () => {
    const { picture, count } = partition([3, 3], 1);
    const messages: HostMessage[] = [
      ...counted,
      { type: 'home', home: 'view', pinned: true, versions: 'Region Lens 1.0.0', seeds: 24, timeLimit: 60 },
      { type: 'counted', key, count },
      answer('picture', picture),
      answer('line', mlpLine(1)),
      answer('probe', mlpProbe(0.2, 0.3)),
      answer('points', {
        label: 'a.csv',
        points: [
          [1, 2],
          [3, 4],
        ],
      }),
      answer('points', null),
      answer('files', ['file:///a']),
      answer('comparison', comparison()),
      answer('sweep', swept(7)),
      answer('distances', mlpDistances(1)),
      { type: 'answer', id: 9, name: 'line', answer: null, error: 'The count was stopped.' },
      {
        type: 'countProgress',
        key,
        progress: { done: 1, of: 2, regions: 40, share: 0.5, secondsLeft: null, parts: null },
      },
      { type: 'run', key, run: null },
      { type: 'highlight', key, layer: null },
      { type: 'empty', message: 'Open a file.' },
    ];
    for (const message of messages) expect(isHostMessage(structuredClone(message))).toBe(true);
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
      answer('picture', { ...picture, offsets: picture.offsets.slice(1) }),
      answer('picture', { ...picture, window: { x: 0.5, y: 0, size: 0.6 } }),
      answer('picture', null),
      answer('line', { ...mlpLine(1), outputs: new Float64Array(3) }),
      { ...answer('line', mlpLine(1)), name: 'toString' },
      { type: 'run', key, run: { ...runOf(network, []), status: 'fine' } },
    ];
    for (const message of wrong) expect(isHostMessage(message)).toBe(false);
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
      { type: 'count', key, settings: { ...settings, method: 'sample', place: { kind: 'all' } } },
      { type: 'count', key, settings: { ...settings, place: { kind: 'parallelogram', origin: [0], u: [1], v: [2] } } },
      ask('points', { needed: 2 }),
      ask('picture', { source: drawnWeights(1), settings, window, level: null }),
      ask('picture', { source: drawnWeights(1), settings, window, level: 0.5 }),
      ask('sweep', { subject: { kind: 'size', layer: 0, field: 'units' }, value: 2 }),
      { type: 'save', suggestedName: 'a.png', text: 'AAAA', encoding: 'base64' },
      { type: 'open', url: 'https://arxiv.org/abs/1711.02114' },
    ];
    for (const message of messages) expect(isPanelMessage(message)).toBe(true);
  });

  it('that ask for what cannot be are dropped', () => {
    const wrong: unknown[] = [
      { type: 'count', key, settings: { ...settings, seeds: 1001 } },
      { type: 'count', key, settings: { ...settings, place: { kind: 'box', lower: 1, upper: 1 } } },
      { type: 'count', key, settings: { ...settings, kernel: 'zeros' } },
      {
        type: 'count',
        key,
        settings: { ...settings, place: { kind: 'points', label: '', points: [[Number.NaN]] } },
      },
      { type: 'count', key, settings: { ...settings, method: 'line', place: { kind: 'all' } } },
      {
        type: 'count',
        key,
        settings: { ...settings, method: 'cells', place: { kind: 'segment', from: [0], to: [1] } },
      },
      { type: 'count', key, settings: { ...settings, samples: 0 } },
      ask('picture', { source: drawnWeights(1), settings, window: { ...window, size: 0.8 }, level: null }),
      ask('picture', { source: drawnWeights(1), settings, window, level: Number.NaN }),
      ask('picture', { source: drawnWeights(1), settings, window }),
      ask('probe', { source: drawnWeights(1), settings, x: 2, y: 0 }),
      ask('sweep', { subject: { kind: 'size', layer: 0, field: 'units' }, value: 0 }),
      ask('comparison', { uris: Array.from({ length: 51 }, () => 'file:///a'), counterparts: true, siblings: true }),
      ask('points', { needed: 4 }),
      { ...ask('points', { needed: 2 }), name: 'constructor' },
      { type: 'save', suggestedName: 'a', text: 'x', encoding: 'hex' },
      { type: 'open', url: 'command:workbench.action.quit' },
    ];
    for (const message of wrong) expect(isPanelMessage(message)).toBe(false);
  });
});
