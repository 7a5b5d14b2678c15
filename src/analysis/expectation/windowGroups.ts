import type { WindowRows } from './equalPlaces.ts';

/** Cells that are compared with each other. */
export type Groups = readonly (readonly number[])[];

const ofWindows = new WeakMap<WindowRows, Groups>();

/** The different cells that each window covers, channel by channel. */
export function poolingGroups(window: WindowRows, channels: number): Groups {
  const known = ofWindows.get(window);
  if (known) return known;
  const { count, taps, input } = window;
  const groups: number[][] = [];
  for (let at = 0; at < count; at++) {
    const covered = [...new Set(input.subarray(at * taps, (at + 1) * taps))].filter((row) => row >= 0);
    for (let c = 0; c < channels; c++) groups.push(covered.map((row) => row * channels + c));
  }
  ofWindows.set(window, groups);
  return groups;
}

const unionsOf = new WeakMap<Groups, { readonly groups: Groups; readonly unions: Groups }>();

/** All cells of the groups that each window covers. */
export function unions(windows: Groups, groups: Groups): Groups {
  const known = unionsOf.get(windows);
  if (known?.groups === groups) return known.unions;
  const unions = windows.map((window) => [...new Set(window.flatMap((group) => groups[group]))]);
  unionsOf.set(windows, { groups, unions });
  return unions;
}
