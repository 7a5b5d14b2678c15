import { describe, expect, it } from 'vitest';
import fc from '../../../fastCheck.ts';
import { depthGeometry, placeLabels } from '../../../../webview/plots/depthGeometry.ts';
import { INITIAL_STATE, receive } from '../../../../webview/app/store.ts';
import { viewOf, type View } from '../../../../webview/app/view.ts';
import { deepNetwork, lenetNetwork, mlpNetwork, modelOf } from '../../../ui/panelHarness/samples.ts';
import type { PanelNetwork } from '../../../../src/protocol/panel.ts';

function viewFor(network: PanelNetwork): View {
  const view = viewOf(receive(INITIAL_STATE, { type: 'show', model: modelOf(network) }));
  if (view === null) throw new Error('The model holds a network.');
  return view;
}

describe('labels at the ends of lines', () => {
  it('never overlap, stay inside, and keep the order of their lines', () => {
    const anchors = fc.array(fc.double({ min: 0, max: 300, noNaN: true }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(anchors, (values) => {
        const labels = values.map((anchor, i) => ({ id: String(i), kind: 'named' as const, text: '', x: 0, anchor }));
        const placed = placeLabels(labels, 15, 0, 300);
        placed.forEach((label, i) => {
          expect(label.y).toBeGreaterThanOrEqual(-1e-6);
          expect(label.y).toBeLessThanOrEqual(300 + 1e-6);
          if (i > 0) expect(label.y - placed[i - 1].y).toBeGreaterThanOrEqual(15 - 1e-6);
          if (i > 0) expect(label.anchor).toBeGreaterThanOrEqual(placed[i - 1].anchor);
        });
      }),
    );
  });

  it('stand at their line where there is room', () => {
    const label = { id: 'a', kind: 'named' as const, text: '', x: 0, anchor: 120 };
    expect(placeLabels([label], 15, 0, 300)[0].y).toBe(120);
  });
});

describe('axes', () => {
  it('are shared where all figures can be read on them', () => {
    expect(depthGeometry(viewFor(mlpNetwork()), 600).panes.map((pane) => pane.id)).toEqual(['whole']);
  });

  it('are apart where bounds would press a slice, or a slice its counts, flat', () => {
    expect(depthGeometry(viewFor(lenetNetwork()), 600).panes.map((pane) => [pane.id, pane.caption])).toEqual([
      ['whole', 'ℝ⁷⁸⁴'],
      ['slice', 'the diagonal of [−1, 1]⁷⁸⁴'],
    ]);
    expect(depthGeometry(viewFor(deepNetwork()), 600).panes.map((pane) => pane.id)).toEqual([
      'whole',
      'slice',
      'measured',
    ]);
  });

  it('have ticks at whole powers that enclose every figure', () => {
    for (const network of [mlpNetwork(), lenetNetwork(), deepNetwork()]) {
      for (const pane of depthGeometry(viewFor(network), 300).panes) {
        const values = pane.lines.flatMap((line) => line.values.filter((value) => value !== null));
        expect(pane.ticks[0]).toBe(0);
        expect(pane.ticks[pane.ticks.length - 1]).toBeGreaterThanOrEqual(Math.max(...values));
        expect(pane.ticks.every(Number.isInteger)).toBe(true);
      }
    }
  });

  it('name the input, the last layer, and as many in between as fit', () => {
    const geometry = depthGeometry(viewFor(deepNetwork()), 600);
    const positions = geometry.axisLabels.map((label) => label.position);
    expect(positions[0]).toBe(0);
    expect(positions[positions.length - 1]).toBe(60);
    geometry.axisLabels.slice(1).forEach((label, i) => {
      const distance = geometry.x(label.position) - geometry.x(geometry.axisLabels[i].position);
      expect(distance).toBeGreaterThan(5 * label.text.length);
    });
  });
});
