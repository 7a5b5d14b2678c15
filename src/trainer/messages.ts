import type { KeptStep, TrialOutcome, TrialRequest } from './trialSession.ts';

/** To the process that trains. */
export type TrainerRequest =
  | { readonly id: number; readonly type: 'frame'; readonly request: TrialRequest }
  /** All steps that were shown, as files. */
  | { readonly id: number; readonly type: 'files' };

export type TrainerReply =
  | { readonly id: number; readonly type: 'frame'; readonly outcome: TrialOutcome }
  | { readonly id: number; readonly type: 'files'; readonly files: readonly KeptStep[] }
  /** `message` is a sentence for people. */
  | { readonly id: number; readonly type: 'failed'; readonly message: string };
