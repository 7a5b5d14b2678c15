import type { TrainerClient } from '../../trainer/trainerClient.ts';
import type { Answerers } from '../panel/panelAnswers.ts';
import type { TrainingStore } from './trainingStore.ts';
import { keepTrial, trialFrame } from './trials.ts';

/** What the page about training asks. */
export function trainingAnswers(
  store: TrainingStore,
  trainer: TrainerClient,
): Pick<Answerers, 'training' | 'trainingSources' | 'data' | 'snapshotPicture' | 'trial' | 'keepTrial'> {
  return {
    training: (source, params, signal) => store.news(source, params, signal),
    trainingSources: (source, params) => store.change(source, params),
    data: async (source) => ({ data: (await store.dataOf(source))?.panel ?? null }),
    snapshotPicture: (source, params, signal) => store.picture(source, params, signal),
    trial: (source, params) => trialFrame(trainer, store, source, params),
    keepTrial: (source) => keepTrial(trainer, store, source),
  };
}
