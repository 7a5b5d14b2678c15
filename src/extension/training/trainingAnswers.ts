import type { Answerers } from '../panel/panelAnswers.ts';
import type { TrainingStore } from './trainingStore.ts';

/** What the page about training asks. */
export function trainingAnswers(
  store: TrainingStore,
): Pick<Answerers, 'training' | 'trainingSources' | 'snapshotPicture'> {
  return {
    training: (source, params, signal) => store.news(source, params, signal),
    trainingSources: (source, params) => store.change(source, params),
    snapshotPicture: (source, params, signal) => store.picture(source, params, signal),
  };
}
