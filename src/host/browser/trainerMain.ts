import type { TrainerReply, TrainerRequest } from '../../trainer/messages.ts';
import { trainingService } from '../../trainer/trainingService.ts';
import { scope } from './scope.ts';

/** Entry of the Web Worker that trains. */
const { postMessage, onMessage } = scope<TrainerRequest, TrainerReply>();
onMessage(trainingService((reply) => postMessage(reply)));
