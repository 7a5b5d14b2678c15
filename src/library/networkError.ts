/** Why a source cannot be analyzed or counted. The message is a sentence for people. */
export class NetworkError extends Error {
  override readonly name: string = 'NetworkError';
}
