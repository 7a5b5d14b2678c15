import type { ScaleLinear } from 'd3-scale';
import type { PanelLayer, PanelSeries } from '../../src/protocol/panel.ts';
import { logScale, TITLE_ABOVE, TITLE_BELOW } from './axis.ts';
import { shortNames } from '../format.ts';
import type { View } from '../app/view.ts';
import { t } from '../app/strings.ts';

/** Where things stand in the depth plot: numbers only, no elements. */

export type LineKind = 'atMost' | 'canReach' | 'slice' | 'expected' | 'named';

export interface PlotLine {
  readonly id: string;
  readonly kind: LineKind;
  /** What stands at the line's end. */
  readonly label: string;
  readonly series: PanelSeries;
  /** log10 before the first layer (one region: 0), then after each layer; null where it says nothing. */
  readonly values: readonly (number | null)[];
}

/** One set of axes. Several stand above one another where what is counted is far below the bounds. */
export interface Pane {
  readonly id: 'whole' | 'slice' | 'measured';
  /** Domain that all its figures are for; null where they differ and say so themselves. */
  readonly caption: string | null;
  readonly lines: readonly PlotLine[];
  readonly showsCounts: boolean;
  readonly top: number;
  readonly height: number;
  readonly y: ScaleLinear<number, number>;
  readonly ticks: readonly number[];
}

export interface DepthGeometry {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly panes: readonly Pane[];
  /** Of the input (0) and of each layer (1, 2, ...). */
  readonly x: (position: number) => number;
  readonly step: number;
  readonly axisTop: number;
  readonly axisLabels: readonly AxisLabel[];
  readonly rotated: boolean;
}

export interface AxisLabel {
  readonly position: number;
  readonly text: string;
  readonly layer: PanelLayer | null;
}

/** Widths of the panel's 11 px font, near enough to leave room by. */
const CHARACTER = 6.2;
const LABEL_LENGTH = 14;

function plotLine(kind: LineKind, label: string, series: PanelSeries, layers: readonly PanelLayer[]): PlotLine {
  const values = [0, ...layers.map((layer) => series.perLayer[layer.index]?.log10 ?? null)];
  return { id: series.id, kind, label, series, values };
}

/**
 * Lines that belong on one scale by what they are for: the whole input space, the counted slice of it, what happens
 * there.
 */
interface Group {
  readonly id: Pane['id'];
  readonly lines: readonly PlotLine[];
  readonly showsCounts: boolean;
  readonly top: number;
  readonly domains: readonly string[];
  /**
   * How far a group may lie below this one and still share its axes: a slice's bound is the ceiling its counts are read
   * against.
   */
  readonly reach: number;
}

function groupsOf(view: View): Group[] {
  const { network, layers } = view;
  const whole: PlotLine[] = [];
  const measured: PlotLine[] = [];
  if (network.atMost) whole.push(plotLine('atMost', t('at most'), network.atMost, layers));
  if (network.canReach) whole.push(plotLine('canReach', t('can reach'), network.canReach, layers));
  for (const series of view.named) {
    const line = plotLine('named', series.label, series, layers);
    (series.kind === 'mean' ? measured : whole).push(line);
  }
  if (view.expected) measured.push(plotLine('expected', t('expected'), view.expected, layers));
  const slice = view.slice
    ? [plotLine('slice', view.method === 'line' ? t('at most (line)') : t('at most (plane)'), view.slice, layers)]
    : [];
  const domains = (lines: readonly PlotLine[]): string[] => lines.map((line) => line.series.domain);
  const counted = view.counts.length > 0 ? [view.countDomain] : [];
  return [
    { id: 'whole', lines: whole, showsCounts: false, top: highest(whole), domains: domains(whole), reach: 4 } as const,
    {
      id: 'slice',
      lines: slice,
      showsCounts: false,
      top: highest(slice),
      domains: slice.map(() => view.theoryDomain),
      reach: 10,
    } as const,
    {
      id: 'measured',
      lines: measured,
      showsCounts: counted.length > 0,
      top: Math.max(highest(measured), highestCount(view)),
      domains: [...domains(measured), ...counted],
      reach: 1,
    } as const,
  ].filter((group) => group.lines.length > 0 || group.showsCounts);
}

/** Groups that would press each other flat on one axis stay apart, the others share one. */
function merged(groups: readonly Group[]): Group[] {
  const result: Group[] = [];
  for (const group of groups) {
    const above = result[result.length - 1];
    if (above === undefined || above.top > above.reach * group.top) {
      result.push(group);
      continue;
    }
    result[result.length - 1] = {
      id: above.id,
      lines: [...above.lines, ...group.lines],
      showsCounts: above.showsCounts || group.showsCounts,
      top: Math.max(above.top, group.top),
      domains: [...above.domains, ...group.domains],
      reach: Math.max(above.reach, group.reach),
    };
  }
  return result;
}

function highest(lines: readonly PlotLine[]): number {
  return Math.max(0, ...lines.flatMap((line) => line.values.filter((value) => value !== null)));
}

function highestCount(view: View): number {
  return Math.max(
    0,
    ...view.counts.flatMap((count) => count.perLayer.map((regions) => Math.log10(Math.max(1, regions)))),
  );
}

/** Room above a pane that has a caption. */
const CAPTION = 22;

export function depthGeometry(view: View, width: number): DepthGeometry {
  const groups = merged(groupsOf(view));
  const single = groups.length <= 1;
  const paneHeight = single
    ? Math.max(200, Math.min(290, width * 0.5))
    : Math.max(130, Math.min(groups.length > 2 ? 150 : 190, width * 0.34));
  let next = single ? 6 + TITLE_ABOVE : CAPTION;
  const panes = (single && groups.length === 0 ? [NOTHING] : groups).map((group): Pane => {
    const top = next;
    next += paneHeight + CAPTION + 16;
    const { id, lines, showsCounts } = group;
    const caption = single ? null : captionOf(group);
    return { id, lines, showsCounts, caption, ...logScale(group.top, top, paneHeight), top, height: paneHeight };
  });
  const last = panes[panes.length - 1];
  return { width, panes, ...horizontal(view, width, panes), axisTop: last.top + last.height };
}

const NOTHING: Group = { id: 'whole', lines: [], showsCounts: false, top: 1, domains: [], reach: 1 };

/** The domain that all figures of a group are for; null where they differ. */
function captionOf({ domains }: Group): string | null {
  return new Set(domains).size === 1 ? domains[0] : null;
}

function horizontal(
  view: View,
  width: number,
  panes: readonly Pane[],
): Pick<DepthGeometry, 'left' | 'right' | 'x' | 'step' | 'axisLabels' | 'rotated' | 'height'> {
  const tickLength = Math.max(...panes.flatMap((pane) => pane.ticks.map((tick) => tickWidth(tick))));
  const labelLength = Math.max(...panes.flatMap((pane) => [...pane.lines.map((line) => endLabel(line).length), 7]));
  const left = Math.ceil(tickLength) + 12;
  const right = width - Math.ceil(labelLength * CHARACTER) - 14;
  const count = view.layers.length;
  // Without a layer there is the input alone.
  const step = (right - left) / Math.max(1, count);
  const x = (position: number): number => left + position * step;
  const names = [
    t('input'),
    ...shortNames(
      view.layers.map((layer) => layer.name),
      LABEL_LENGTH,
    ),
  ];
  const longest = Math.max(...names.map((name) => name.length)) * CHARACTER;
  const fits = longest + 10 <= step;
  const rotated = !fits && step >= 18;
  const every = fits || rotated ? 1 : Math.ceil((longest + 14) / step);
  const axisLabels = thinned(count + 1, every).map((position): AxisLabel => {
    const layer = position === 0 ? null : view.layers[position - 1];
    return { position, text: names[position], layer };
  });
  const last = panes[panes.length - 1];
  const below = rotated ? 18 + longest * Math.sin((40 * Math.PI) / 180) : 30;
  return { left, right, x, step, axisLabels, rotated, height: last.top + last.height + below + TITLE_BELOW };
}

/** Every `every`-th of `count` positions and the last, without two that stand closer. */
function thinned(count: number, every: number): number[] {
  const kept = Array.from({ length: count }, (_, i) => i).filter((i) => i % every === 0);
  const last = count - 1;
  if (kept[kept.length - 1] === last) return kept;
  while (kept.length > 1 && last - kept[kept.length - 1] < every) kept.pop();
  return [...kept, last];
}

function tickWidth(power: number): number {
  return power === 0 ? CHARACTER : 2 * CHARACTER + String(power).length * 4.8;
}

/** A named bound's theorem is cut, so that the plot keeps its room. */
export function endLabel(line: PlotLine): string {
  return line.label.length <= LABEL_LENGTH ? line.label : `${line.label.slice(0, LABEL_LENGTH - 1).trimEnd()}…`;
}

export interface EndLabel {
  readonly id: string;
  readonly kind: string;
  readonly text: string;
  /** Where the line ends. */
  readonly x: number;
  readonly anchor: number;
  /** Where its label stands. */
  readonly y: number;
}

/** Moves labels apart to at least `gap`, within [top, bottom], each as near its line's end as the others let it. */
export function placeLabels(
  labels: readonly Omit<EndLabel, 'y'>[],
  gap: number,
  top: number,
  bottom: number,
): EndLabel[] {
  const sorted = [...labels].sort((a, b) => a.anchor - b.anchor);
  // Groups of touching labels share their mean offset (pool adjacent violators), so none is pushed further than needed.
  const groups: { first: number; size: number; center: number }[] = [];
  sorted.forEach((label, i) => {
    groups.push({ first: i, size: 1, center: within(label.anchor, 1) });
    for (;;) {
      const below = groups[groups.length - 1];
      const above = groups[groups.length - 2];
      if (above === undefined || below.center - above.center >= ((above.size + below.size) / 2) * gap) break;
      const size = above.size + below.size;
      const center = (above.center * above.size + below.center * below.size) / size;
      groups.splice(-2, 2, { first: above.first, size, center: within(center, size) });
    }
  });
  function within(center: number, size: number): number {
    const half = ((size - 1) / 2) * gap;
    return Math.min(Math.max(center, top + half), bottom - half);
  }
  return groups.flatMap((group) =>
    sorted.slice(group.first, group.first + group.size).map((label, i): EndLabel => {
      return { ...label, y: group.center + (i - (group.size - 1) / 2) * gap };
    }),
  );
}
