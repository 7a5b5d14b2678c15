import type { RandomTensor } from './randomTensor.ts';
import type { Draw } from './weightedImage.ts';

/**
 * Channels by which the rates of all are known: those whose numbers leave the remainder `first`. Each is taken with
 * the same probability, so that their sum times the step has the right mean.
 */
export interface ChannelSample {
  readonly step: number;
  readonly first: number;
}

export const allChannels: ChannelSample = { step: 1, first: 0 };

/** Channels that are left at least. */
const FEWEST = 32;

/**
 * Only of tensors whose channels are one layer's filters: with weights of their own, two of them are never one
 * function, so that none counts for another channel as well.
 */
export function channelSample({ channels, fresh, last }: RandomTensor, { sources, sampled }: Draw): ChannelSample {
  if (sampled === null || !fresh || fresh.filters) return allChannels;
  let step = 1;
  while (channels % (2 * step) === 0 && channels >= 2 * step * FEWEST) step *= 2;
  if (step === 1 || !sources.areOfLayer(fresh.slots, last) || sources.filtersOf(fresh.slots[0]) !== channels)
    return allChannels;
  return { step, first: Math.floor(step * sampled) };
}
