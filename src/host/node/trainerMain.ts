import { prepareTraining } from '../../trainer/trainer.ts';
import { TrialSession } from '../../trainer/trialSession.ts';
import type { TrainerReply, TrainerRequest } from '../../trainer/messages.ts';

/** Entry of the process that trains. It ends with the process that started it. */
const session = new TrialSession();
const prepared = prepareTraining();

async function answer(request: TrainerRequest): Promise<void> {
  const { id } = request;
  const reply = (message: TrainerReply) => process.send?.(message);
  try {
    await prepared;
    if (request.type === 'frame') reply({ id, type: 'frame', outcome: session.at(request.request) });
    else reply({ id, type: 'files', files: session.files() });
  } catch (error) {
    reply({ id, type: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
}

process.on('message', (request: TrainerRequest) => void answer(request));
process.on('disconnect', () => process.exit());
