import type { TrainerRequest } from '../../trainer/messages.ts';
import { trainingService } from '../../trainer/trainingService.ts';

/** Entry of the process that trains. It ends with the process that started it. */
const serve = trainingService((reply) => process.send?.(reply));
process.on('message', (request: TrainerRequest) => serve(request));
process.on('disconnect', () => process.exit());
