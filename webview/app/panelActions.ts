import { sourceId } from '../../src/common/weightsSource.ts';
import type { AnswerOf, ParamsOf, QuestionName } from '../../src/protocol/questions.ts';
import type { ComparisonParts } from '../../src/protocol/runs.ts';
import type { PanelTraining } from '../../src/protocol/training.ts';
import type { Actions } from './actions.ts';
import { Superseded, type Questions } from './questions.ts';
import type { Host } from './host.ts';
import {
  NO_COMPARISON,
  withPoints,
  withNews,
  withRow,
  type AnsweredState,
  type CompareChoice,
  type PanelState,
} from './store.ts';
import { countAll, type AskCount } from './comparedCounts.ts';
import type { View } from './view.ts';

/** The page's state, and how to change it. */
export interface StateHolder {
  readonly state: () => PanelState;
  readonly view: () => View | null;
  readonly change: (next: PanelState) => void;
}

/** What a user can do: changes of the state, messages and questions to the extension. */
export function createActions(host: Host, questions: Questions, { state, view, change }: StateHolder): Actions {
  const ifShown = (task: (shown: View, key: string) => void): void => {
    const shown = view();
    if (shown !== null) task(shown, shown.network.key);
  };
  const answered = <F extends keyof AnsweredState>(field: F, value: AnsweredState[F]): void =>
    change({ ...state(), [field]: value });

  /** Calls `take` with the answer, unless a newer question took its place; `fail` with the reason if there is none. */
  function ask<N extends QuestionName>(
    name: N,
    key: string,
    params: ParamsOf<N>,
    take: (answer: AnswerOf<N>) => void,
    fail: (why: string) => void = (why) => console.warn(`Region Lens: ${why}`),
  ): void {
    questions.ask(name, key, params).then(take, (error: unknown) => {
      if (!(error instanceof Superseded)) fail(error instanceof Error ? error.message : String(error));
    });
  }

  /** Asks about the network shown. The state holds what is known before the answer, then the answer or its error. */
  function askInto<F extends keyof AnsweredState & QuestionName>(
    field: F,
    params: ParamsOf<F>,
    before: (key: string) => AnswerOf<F> | null = () => null,
  ): void {
    ifShown((_, key) => {
      const hold = (value: AnswerOf<F> | null, message: string | null): void =>
        answered(field, { key, value, message } as AnsweredState[F]);
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

  /** Rows of earlier questions stay while more are asked for, one value after the other. */
  async function sweep(key: string, ask: (value: number) => Promise<AnswerOf<'sweep'>>, values: readonly number[]) {
    const before = state().swept;
    answered('swept', { key, value: before?.key === key ? before.value : null, message: null });
    for (const value of values) {
      const row = await ask(value);
      const { swept } = state();
      if (swept?.key !== key) return;
      answered('swept', { ...swept, value: withRow(swept.value ?? [], row) });
    }
  }

  /** One answer after the other: each comes when there is something new. */
  async function followTraining(key: string, ask: (since: number) => Promise<PanelTraining>): Promise<void> {
    for (let since = 0; ;) {
      const news = await ask(since);
      const { training } = state();
      const before = training?.key === key ? training.value : null;
      since = news.revision;
      answered('training', { key, value: withNews(before, news), message: null });
    }
  }

  return {
    select: (key) => {
      change({ ...state(), selectedKey: key });
      host.postMessage({ type: 'select', key });
    },
    reveal: (layer) => ifShown((_, key) => host.postMessage({ type: 'reveal', key, layer })),
    point: (layer) => ifShown((_, key) => host.postMessage({ type: 'point', key, layer })),
    showPage: (page) => change({ ...state(), page }),
    pin: (pinned) => {
      change({ ...state(), pinned });
      host.postMessage({ type: 'pin', pinned });
    },
    openTab: () => host.postMessage({ type: 'openTab' }),
    count: () => ifShown(({ settings }, key) => host.postMessage({ type: 'count', key, settings })),
    cancel: () => ifShown((_, key) => host.postMessage({ type: 'cancel', key })),
    changeSettings: (settings) =>
      ifShown((_, key) => change({ ...state(), settings: { ...state().settings, [key]: settings } })),
    choosePoints: (use, needed) =>
      ifShown((_, key) =>
        ask('points', key, { needed }, (points) => points && change(withPoints(state(), key, use, points))),
      ),
    placeLine: (place) => ifShown((_, key) => change({ ...state(), lines: { ...state().lines, [key]: place } })),
    draw: (id, drawn) => {
      const others = state().drawn.filter((other) => other !== id);
      change({ ...state(), drawn: drawn ? [...others, id] : others });
    },
    askPicture: (source, settings, window, level) => askInto('picture', { source, settings, window, level }),
    askLine: (source, settings) => askInto('line', { source, settings }),
    askDistances: (source, settings, seconds) =>
      askInto('distances', { source, settings, seconds }, (key) => {
        // The distances that are there stay while more are measured.
        const { distances } = state();
        return distances?.key === key &&
          distances.value !== null &&
          sourceId(distances.value.source) === sourceId(source)
          ? distances.value
          : null;
      }),
    askCost: (source, settings) => askInto('cost', { source, settings }),
    askProbe: (source, settings, x, y) => askInto('probe', { source, settings, x, y }),
    pickNetworks: () =>
      ifShown(({ compare: { uris } }, key) =>
        ask('files', key, { uris }, (chosen) => {
          if (chosen === null) return;
          const choice = { ...(state().compare[key] ?? NO_COMPARISON), uris: chosen };
          change({ ...state(), compare: { ...state().compare, [key]: choice } });
        }),
      ),
    compareBy: (choice) => ifShown((_, key) => change({ ...state(), compare: { ...state().compare, [key]: choice } })),
    askComparison: (choice) => askInto('comparison', partsOf(choice)),
    countCompared: (comparison, rows, settings) =>
      ifShown((shown, key) => {
        const ask: AskCount = (params) => questions.ask('comparedCount', key, { ...partsOf(shown.compare), ...params });
        void countAll({ comparison, settings, rows: {}, refused: {}, isRunning: true }, rows, ask, { state, change });
      }),
    stopComparedCounts: () =>
      ifShown(({ settings, compare }, key) => {
        const { comparedCounts } = state();
        if (comparedCounts !== null) change({ ...state(), comparedCounts: { ...comparedCounts, isRunning: false } });
        // A newer question of the same name ends the count that is under way.
        questions
          .ask('comparedCount', key, { ...partsOf(compare), row: null, seed: 0, settings })
          .catch(() => undefined);
      }),
    forgetSweep: () => change({ ...state(), swept: null }),
    askSweepOptions: () => askInto('sweepOptions', {}, () => state().sweepOptions?.value ?? null),
    askFit: (question) => askInto('fit', question),
    askSweep: (subject, values) =>
      ifShown((_, key) => {
        const askFor = (value: number) => questions.ask('sweep', key, { subject, value });
        sweep(key, askFor, values).catch((error: unknown) => {
          if (!(error instanceof Superseded)) console.warn(`Region Lens: ${String(error)}`);
        });
      }),
    followTraining: (settings) =>
      ifShown((_, key) => {
        const { training } = state();
        if (training?.key !== key) answered('training', { key, value: null, message: null });
        const ask = (since: number) => questions.ask('training', key, { since, settings });
        followTraining(key, ask).catch((error: unknown) => {
          if (error instanceof Superseded) return;
          const value = state().training?.key === key ? (state().training?.value ?? null) : null;
          answered('training', { key, value, message: error instanceof Error ? error.message : String(error) });
        });
      }),
    changeSources: (change, run = 0) =>
      ifShown((_, key) =>
        ask(
          'trainingSources',
          key,
          { change, run },
          () => state().data !== null && askInto('data', {}, () => state().data?.value ?? null),
          (message) => answered('training', { ...(state().training ?? { key, value: null }), message }),
        ),
      ),
    askData: () => askInto('data', {}),
    askSnapshotPicture: (file, level, settings) =>
      askInto('snapshotPicture', { file, level, settings }, () => state().snapshotPicture?.value ?? null),
    askTrial: (choice, step, ahead, settings) => askInto('trial', { choice, step, ahead, settings }),
    keepTrial: () =>
      ifShown((_, key) =>
        ask(
          'keepTrial',
          key,
          {},
          () => undefined,
          (message) => answered('trial', { key, value: state().trial?.value ?? null, message }),
        ),
      ),
    apply: (subject, value) => ifShown((_, key) => host.postMessage({ type: 'apply', key, subject, value })),
    run: (command) => host.postMessage({ type: 'command', command }),
    open: (url) => host.postMessage({ type: 'open', url }),
    copy: (text) => host.postMessage({ type: 'copy', text }),
    exportFailed: (reason) => host.postMessage({ type: 'exportFailed', reason }),
    save: (suggestedName, text, encoding = 'text') => host.postMessage({ type: 'save', suggestedName, text, encoding }),
  };
}

function partsOf({ uris, counterparts, siblings }: CompareChoice): ComparisonParts {
  return { uris, counterparts, siblings };
}
