import { WeightsError } from '../formats/weights/weightsFile.ts';
import { NetworkError } from './networkError.ts';

/** Does something whose errors of the expected kinds become a `NetworkError`. */
export function refusing<T>(task: () => T): T {
  try {
    return task();
  } catch (error) {
    if (error instanceof RangeError || error instanceof WeightsError) {
      throw new NetworkError(error.message, { cause: error });
    }
    throw error;
  }
}
