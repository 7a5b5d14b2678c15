/** What a thread and the code that started it say to each other in a browser, beside the tasks themselves. */

/** A file as a thread knows it; without a stamp it does not. */
export interface WantedFile {
  readonly address: string;
  /** Of what the thread has. */
  readonly stamp?: string;
}

/** What there is to say about a wanted file. */
export type FoundFile =
  /** Without bytes, those that the thread has are still right. */
  | { readonly address: string; readonly stamp: string; readonly bytes?: Uint8Array<ArrayBuffer> }
  /** A sentence about why it cannot be read. */
  | { readonly address: string; readonly fault: string };

export type ToThread<Request> =
  | { readonly kind: 'request'; readonly request: Request }
  | { readonly kind: 'files'; readonly files: readonly FoundFile[] };

export type FromThread<Reply> =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'files'; readonly wanted: readonly WantedFile[] }
  /** What the thread does now cannot be interrupted from inside: after this time it is ended, with this message. */
  | { readonly kind: 'limit'; readonly milliseconds: number; readonly message: string }
  /** It is done with that. */
  | { readonly kind: 'inTime' };
