import { describe, expect, it } from 'vitest';
import type { HostMessage, PanelCount } from '../../../src/protocol/panel.ts';
import { parseHostMessage } from '../../../webview/messages.ts';
import { INITIAL_STATE, receive, restore, toKept, type PanelState } from '../../../webview/store.ts';
import { viewOf } from '../../../webview/view.ts';
import { partition } from '../../ui/panelHarness/partition.ts';
import { lenetNetwork, mlpNetwork, modelOf } from '../../ui/panelHarness/samples.ts';

const network = mlpNetwork();
const { key } = network;
const settings = { method: 'plane', firstSeed: 1, seeds: 2, fileWeights: false } as const;
const show: HostMessage = { type: 'show', model: modelOf(network) };
const countOf = (seed: number, perLayer: number[]): PanelCount => {
  return { seed, exact: true, activationRegions: perLayer[perLayer.length - 1], perLayer, seconds: 0.1 };
};

function after(...messages: readonly HostMessage[]): PanelState {
  return messages.reduce(receive, INITIAL_STATE);
}

const counted: HostMessage[] = [
  show,
  { type: 'countStarted', key, settings },
  { type: 'counted', key, count: countOf(2, [280, 1000, 2200, 2200]), picture: null },
  { type: 'counted', key, count: countOf(1, [270, 1100, 2400, 2400]), picture: null },
];

describe('counts', () => {
  it('are brought together by layer, in the order of their seeds', () => {
    const view = viewOf(after(...counted));
    expect(view?.counts.map((count) => count.seed)).toEqual([1, 2]);
    expect(view?.counted[0]).toEqual({ counts: 2, mean: 275, deviation: Math.sqrt(50), exact: true });
    expect(view?.countedTotal?.mean).toBe(2300);
  });

  it('are not shown for a network that was edited since, and again when the edit is undone', () => {
    const layers = network.layers.map((layer, i) => (i === 1 ? { ...layer, neurons: 25 } : layer));
    const edited: HostMessage = { type: 'show', model: { ...modelOf({ ...network, layers }), version: 2 } };
    const view = viewOf(after(...counted, edited));
    expect([view?.outdated, view?.counts.length]).toEqual([true, 0]);
    expect(viewOf(after(...counted, edited, show))?.counts).toHaveLength(2);
  });

  it('with weights of the file are for one version of the file', () => {
    const ofFile = counted.map((message) =>
      message.type === 'countStarted' ? { ...message, settings: { ...settings, fileWeights: true } } : message,
    );
    const next: HostMessage = { type: 'show', model: { ...modelOf(network), version: 2 } };
    expect(viewOf(after(...ofFile))?.counts).toHaveLength(2);
    expect(viewOf(after(...ofFile, next))?.outdated).toBe(true);
  });

  it('on a line are never set beside the mean for a plane', () => {
    const onLine = counted.map((message) =>
      message.type === 'countStarted' ? { ...message, settings: { ...settings, method: 'line' as const } } : message,
    );
    const view = viewOf(after(...onLine));
    expect(view?.expected?.id).toBe('kac-rice-line');
    expect(view?.countDomain).toBe('the diagonal of [−1, 1]²');
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
      JSON.stringify(toKept(after(...counted, { type: 'countEnded', key, message: null, outcome: 'done' }))),
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
      { type: 'counted', key, count, picture },
      { type: 'countProgress', key, done: 1, of: 2, regions: 40, fraction: 0.5 },
      { type: 'countEnded', key, message: 'why', outcome: 'failed' },
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
      { type: 'counted', key, count: { ...count, perLayer: [Number.NaN] }, picture: null },
      { type: 'counted', key, count, picture: { ...picture, offsets: picture.offsets.slice(1) } },
      { type: 'countEnded', key, message: null, outcome: 'fine' },
    ];
    for (const message of wrong) expect(parseHostMessage(message)).toBeNull();
  });
});
