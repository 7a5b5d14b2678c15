/** The theorems and combinations, in the order of the report. */
export const BOUND_IDS = [
  'naive-upper',
  'pascanu2013-lower',
  'montufar2014-lower',
  'montufar2017-upper',
  'serra2018-upper',
  'serra2018-lower',
  'serra2018-size-lower',
  'arora2018-lower',
  'hinz2021-upper',
  'xiong2020-one-layer',
  'conv-generic-exact',
  'xiong2020-upper',
  'xiong2020-lower',
  'xiong2020-lower-corrected',
  'pointwise-lower',
  'folding-lower',
  'homogeneous-lower',
  'recurrence-upper',
  'homogeneous-upper',
  'tightest-upper',
  'tightest-upper-linear',
  'best-lower',
  'maxout-montufar2014-lower',
  'maxout-montufar2014-upper',
  'maxout-serra2018-upper',
  'maxout-mrz2022-upper',
  'maxout-mrz2022-lower',
  'maxout-folding-lower',
  'tropical-one-layer-exact',
  'gcn-one-layer-exact',
  'gcn-folding-lower',
  'hanin-rolnick2019-scale',
  'tseran-montufar2021-scale',
  'kac-rice-line',
  'kac-rice-plane',
  'kac-rice-finite-width',
] as const;

export type BoundId = (typeof BOUND_IDS)[number];

/** The means that a network can have; the one in the plane comes first: it is the one people compare counts with. */
export const MEAN_IDS = ['kac-rice-plane', 'kac-rice-line'] as const satisfies readonly BoundId[];

/** Means by exact counts of random networks, on the domains of the closed formulas. */
export const SIMULATED_IDS = ['simulated-plane', 'simulated-line'] as const;

export type SimulatedId = (typeof SIMULATED_IDS)[number];

/** The mean on a segment from draws of random networks, without counts. */
export const DRAWN_ID = 'kac-rice-simulated';

/** Everything that a report may list. */
export type FigureId = BoundId | SimulatedId | typeof DRAWN_ID;
