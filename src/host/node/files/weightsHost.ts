import type { WeightsHost } from '../../../worker/modelWeights.ts';
import { nodeFiles } from './files.ts';
import { withinTime } from '../processes/timeLimit.ts';

export const weightsHost: WeightsHost = { files: nodeFiles, withinTime };
