import type {
  CountSettings,
  PanelCount,
  PanelLayer,
  PanelModel,
  PanelNetwork,
  PanelPicture,
  PanelSeries,
} from '../src/protocol/panel.ts';
import { spreadOf, type Spread } from './statistics.ts';
import { fingerprint, selectedNetwork, settingsFor, type PanelState, type Progress, type Run } from './store.ts';

/** One network as every part of the panel shows it: the model and the counts, brought together once for each update. */
export interface View {
  readonly model: PanelModel;
  readonly network: PanelNetwork;
  /** Layers with units that bend, in order: rows of the table, columns of the plot. */
  readonly layers: readonly PanelLayer[];
  readonly settings: CountSettings;
  readonly run: Run | null;
  /** The last run was for the network as it was before an edit: its counts are not shown. */
  readonly outdated: boolean;
  readonly counts: readonly PanelCount[];
  /** By layer index. */
  readonly counted: readonly (Spread | null)[];
  readonly countedTotal: Spread | null;
  /** Where `counts` were counted, and what `expected` and `slice` are for. */
  readonly countDomain: string;
  readonly expected: PanelSeries | null;
  readonly slice: PanelSeries | null;
  /** Named bounds that are drawn on demand. */
  readonly named: readonly PanelSeries[];
  readonly drawn: ReadonlySet<string>;
  readonly pictures: readonly PanelPicture[];
  readonly progress: Progress | null;
  readonly highlight: number | null;
}

export function viewOf(state: PanelState): View | null {
  const network = selectedNetwork(state);
  if (state.model === null || network === null) return null;
  const run = state.runs[network.key] ?? null;
  const outdated = run !== null && run.fingerprint !== fingerprint(network, state.model.version, run.settings);
  const counts = run === null || outdated ? [] : run.counts;
  const exact = counts.every((count) => count.exact);
  const method = counts.length > 0 && run !== null ? run.settings.method : network.countMethod;
  const drawn = new Set(state.drawn);
  return {
    model: state.model,
    network,
    layers: network.layers.filter((layer) => layer.neurons > 0),
    settings: settingsFor(state, network),
    run,
    outdated,
    counts,
    counted: network.layers.map((layer) =>
      spreadOf(
        counts.map((count) => count.perLayer[layer.index]).filter((value) => value !== undefined),
        exact,
      ),
    ),
    countedTotal: spreadOf(
      counts.map((count) => count.activationRegions),
      exact,
    ),
    ...comparison(network, method),
    named: network.series.filter((series) => drawn.has(series.id)),
    drawn,
    pictures: outdated ? [] : (state.pictures[network.key] ?? []),
    progress: state.progress[network.key] ?? null,
    highlight: state.highlight?.key === network.key ? state.highlight.layer : null,
  };
}

/** A count on a line is never set beside a mean for a plane: the theory that belongs to the counting method. */
function comparison(
  network: PanelNetwork,
  method: CountSettings['method'],
): Pick<View, 'countDomain' | 'expected' | 'slice'> {
  if (method === network.countMethod)
    return { countDomain: network.countDomain, expected: network.expected, slice: network.atMostOnSlice };
  const expected = network.series.find((series) => series.id === `kac-rice-${method}`) ?? null;
  return { countDomain: expected?.domain ?? (method === 'line' ? 'a line' : 'a plane'), expected, slice: null };
}

/** log10 of what each bending layer multiplies, from log10 after each layer (by layer index); null where unknown. */
export function contributions(
  layers: readonly PanelLayer[],
  log10After: (layer: PanelLayer) => number | null,
): (number | null)[] {
  return layers.map((layer, i) => {
    const before = i === 0 ? 0 : log10After(layers[i - 1]);
    const after = log10After(layer);
    return before === null || after === null ? null : after - before;
  });
}

export function seriesAfter(series: PanelSeries | null): (layer: PanelLayer) => number | null {
  return (layer) => series?.perLayer[layer.index]?.log10 ?? null;
}

export function countedAfter(view: View): (layer: PanelLayer) => number | null {
  return (layer) => {
    const spread = view.counted[layer.index];
    return spread === null || spread.mean <= 0 ? null : Math.log10(spread.mean);
  };
}
