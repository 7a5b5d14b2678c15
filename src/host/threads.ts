/** A thread as the code that started it sees it. */
export interface Thread<Request> {
  post(request: Request): void;
  /** A thread without work must not keep the process from ending. */
  keepAlive(isBusy: boolean): void;
  end(): Promise<unknown>;
}

export interface ThreadListener<Reply> {
  readonly onReply: (reply: Reply) => void;
  /** The thread has ended, for this reason; it may be reported more than once. */
  readonly onEnd: (message: string, isOutOfMemory: boolean) => void;
}

export type StartThread<Request, Reply> = (listener: ThreadListener<Reply>) => Thread<Request>;

/** The same connection as the code in the thread sees it. */
export interface ThreadPort<Request, Reply> {
  /** The buffers move to the other side in place of being copied. */
  post(reply: Reply, buffers: ArrayBuffer[]): void;
  onRequest(handler: (request: Request) => void): void;
  /**
   * The next request, taken without giving up the thread; undefined where there is none, and where the host cannot look
   * for one.
   */
  takeNext(): Request | undefined;
}
