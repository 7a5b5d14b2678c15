import type { TrainerReply, TrainerRequest } from './messages.ts';
import { prepareTraining } from './trainer.ts';
import { TrialSession } from './trialSession.ts';

/** Trains as requests ask for; each is answered through `reply`. */
export function trainingService(reply: (message: TrainerReply) => void): (request: TrainerRequest) => void {
  const session = new TrialSession();
  const prepared = prepareTraining();
  const answer = async (request: TrainerRequest): Promise<void> => {
    const { id } = request;
    try {
      await prepared;
      if (request.type === 'files') return reply({ id, type: 'files', files: session.files() });
      reply({ id, type: 'frame', outcome: session.at(request.request) });
      // While the answer is on its way and is drawn.
      session.prepare(request.request);
    } catch (error) {
      reply({ id, type: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  };
  return (request) => void answer(request);
}
