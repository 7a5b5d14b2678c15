import type { AnswerOf, ParamsOf, QuestionName } from '../../src/protocol/questions.ts';
import { Superseded, type Questions } from './questions.ts';
import type { AnsweredState, PanelState } from './store.ts';
import type { View } from './view.ts';

/** The page's state, and how to change it. */
export interface StateHolder {
  readonly state: () => PanelState;
  readonly view: () => View | null;
  readonly change: (next: PanelState) => void;
}

/** Changes of the state, and questions about the network shown whose answers it holds. */
export type Asking = ReturnType<typeof createAsking>;

export function createAsking(holder: StateHolder, questions: Questions) {
  const { state } = holder;
  const change = (part: Partial<PanelState>): void => holder.change({ ...state(), ...part });

  /** With the network shown, if there is one. */
  function ifShown(task: (key: string, shown: View) => void): void {
    const shown = holder.view();
    if (shown !== null) task(shown.network.key, shown);
  }

  /** Calls `take` with the answer, unless a newer question took its place; `fail` with the reason if there is none. */
  function ask<N extends QuestionName>(
    name: N,
    key: string,
    params: ParamsOf<N>,
    take: (answer: AnswerOf<N>) => void,
    fail: (why: string) => void = warn,
  ): void {
    questions.ask(name, key, params).then(take, unlessSuperseded(fail));
  }

  /** Asks about the network shown. The state holds what is known before the answer, then the answer or its error. */
  function askInto<F extends keyof AnsweredState & QuestionName>(
    field: F,
    params: ParamsOf<F>,
    before: (key: string) => AnswerOf<F> | null = () => null,
  ): void {
    ifShown((key) => {
      const hold = (value: AnswerOf<F> | null, message: string | null): void =>
        change({ [field]: { key, value, message } });
      hold(before(key), null);
      ask(
        field,
        key,
        params,
        (value) => hold(value, null),
        (why) => hold(null, why),
      );
    });
  }

  return { holder, questions, state, change, ifShown, ask, askInto };
}

export function warn(why: string): void {
  console.warn(`Region Lens: ${why}`);
}

/** For a promise that fails: tells the reason, unless that is a newer question that took this one's place. */
export function unlessSuperseded(fail: (why: string) => void): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof Superseded)) fail(error instanceof Error ? error.message : String(error));
  };
}
