import { sourceId } from '../../src/common/weightsSource.ts';
import type { AnswerOf } from '../../src/protocol/questions.ts';
import type { ComparisonParts } from '../../src/protocol/runs.ts';
import type { PanelTraining } from '../../src/protocol/training.ts';
import type { Actions } from './actions.ts';
import { createAsking, unlessSuperseded, warn, type Asking, type StateHolder } from './asking.ts';
import { countAll, type AskCount } from './comparedCounts.ts';
import type { Host } from './host.ts';
import type { Questions } from './questions.ts';
import { NO_COMPARISON, withNews, withPoints, withRow, type CompareChoice } from './store.ts';

/** What a user can do: changes of the state, messages and questions to the extension. */
export function createActions(host: Host, questions: Questions, holder: StateHolder): Actions {
  const asking = createAsking(holder, questions);
  return {
    ...pageActions(host, asking),
    ...countActions(host, asking),
    ...planeAndLineActions(asking),
    ...compareActions(asking),
    ...sizeActions(host, asking),
    ...trainingActions(asking),
    ...hostActions(host),
  };
}

function pageActions(host: Host, { state, change, ifShown }: Asking) {
  return {
    select: (key) => {
      change({ selectedKey: key });
      host.postMessage({ type: 'select', key });
    },
    reveal: (layer) => ifShown((key) => host.postMessage({ type: 'reveal', key, layer })),
    point: (layer) => ifShown((key) => host.postMessage({ type: 'point', key, layer })),
    showPage: (page) => change({ page }),
    pin: (pinned) => {
      change({ pinned });
      host.postMessage({ type: 'pin', pinned });
    },
    draw: (id, isDrawn) => {
      const others = state().drawn.filter((other) => other !== id);
      change({ drawn: isDrawn ? [...others, id] : others });
    },
  } satisfies Partial<Actions>;
}

function countActions(host: Host, { state, change, ifShown, ask }: Asking) {
  return {
    count: () => ifShown((key, { settings }) => host.postMessage({ type: 'count', key, settings })),
    cancel: () => ifShown((key) => host.postMessage({ type: 'cancel', key })),
    changeSettings: (part) =>
      ifShown((key, { settings }) => change({ settings: { ...state().settings, [key]: { ...settings, ...part } } })),
    choosePoints: (use, needed) =>
      ifShown((key) =>
        ask('points', key, { needed }, (points) => points && change(withPoints(state(), key, use, points))),
      ),
    placeLine: (place) => ifShown((key) => change({ lines: { ...state().lines, [key]: place } })),
  } satisfies Partial<Actions>;
}

function planeAndLineActions({ state, askInto }: Asking) {
  return {
    askPicture: (source, settings, window, level) => askInto('picture', { source, settings, window, level }),
    askLine: (source, settings) => askInto('line', { source, settings }),
    askDistances: (source, settings, seconds) =>
      askInto('distances', { source, settings, seconds }, (key) => {
        // The distances that are there stay while more are measured.
        const { distances } = state();
        const value = distances?.key === key ? distances.value : null;
        return value !== null && sourceId(value.source) === sourceId(source) ? value : null;
      }),
    askCost: (source, settings) => askInto('cost', { source, settings }),
    askProbe: (source, settings, x, y) => askInto('probe', { source, settings, x, y }),
  } satisfies Partial<Actions>;
}

function compareActions({ state, change, ifShown, ask, askInto, questions, holder }: Asking) {
  const compareBy = (key: string, part: Partial<CompareChoice>): void => {
    const { compare } = state();
    change({ compare: { ...compare, [key]: { ...(compare[key] ?? NO_COMPARISON), ...part } } });
  };
  return {
    pickNetworks: () =>
      ifShown((key, { compare: { uris } }) =>
        ask('files', key, { uris }, (chosen) => {
          if (chosen !== null) compareBy(key, { uris: chosen });
        }),
      ),
    compareBy: (part) => ifShown((key) => compareBy(key, part)),
    askComparison: (choice) => askInto('comparison', partsOf(choice)),
    countCompared: (comparison, rows, settings) =>
      ifShown((key, { compare }) => {
        const askCount: AskCount = (params) => questions.ask('comparedCount', key, { ...partsOf(compare), ...params });
        void countAll({ comparison, settings, rows: {}, refused: {}, isRunning: true }, rows, askCount, holder);
      }),
    stopComparedCounts: () =>
      ifShown((key, { settings, compare }) => {
        const { comparedCounts } = state();
        if (comparedCounts !== null) change({ comparedCounts: { ...comparedCounts, isRunning: false } });
        // A newer question of the same name ends the count that is under way.
        questions
          .ask('comparedCount', key, { ...partsOf(compare), row: null, seed: 0, settings })
          .catch(() => undefined);
      }),
  } satisfies Partial<Actions>;
}

function sizeActions(host: Host, asking: Asking) {
  const { state, change, ifShown, askInto, questions } = asking;
  return {
    forgetSweep: () => change({ swept: null }),
    askSweepOptions: () => askInto('sweepOptions', {}, () => state().sweepOptions?.value ?? null),
    askFit: (question) => askInto('fit', question),
    askSweep: (subject, values) =>
      ifShown((key) => {
        const askRow = (value: number) => questions.ask('sweep', key, { subject, value });
        sweep(asking, key, askRow, values).catch(unlessSuperseded(warn));
      }),
    apply: (subject, value) => ifShown((key) => host.postMessage({ type: 'apply', key, subject, value })),
  } satisfies Partial<Actions>;
}

/** Rows of earlier questions stay while more are asked for, one value after the other. */
async function sweep(
  { state, change }: Asking,
  key: string,
  ask: (value: number) => Promise<AnswerOf<'sweep'>>,
  values: readonly number[],
): Promise<void> {
  const before = state().swept;
  change({ swept: { key, value: before?.key === key ? before.value : null, message: null } });
  for (const value of values) {
    const row = await ask(value);
    const { swept } = state();
    if (swept?.key !== key) return;
    change({ swept: { ...swept, value: withRow(swept.value ?? [], row) } });
  }
}

function trainingActions(asking: Asking) {
  const { state, change, ifShown, ask, askInto, questions } = asking;
  return {
    followTraining: (settings) =>
      ifShown((key) => {
        if (state().training?.key !== key) change({ training: { key, value: null, message: null } });
        const askNews = (since: number) => questions.ask('training', key, { since, settings });
        const fail = (message: string): void => change({ training: { key, value: trainingOf(asking, key), message } });
        followTraining(asking, key, askNews).catch(unlessSuperseded(fail));
      }),
    changeSources: (kind, run = 0) =>
      ifShown((key) =>
        ask(
          'trainingSources',
          key,
          { change: kind, run },
          () => state().data !== null && askInto('data', {}, () => state().data?.value ?? null),
          (message) => change({ training: { ...(state().training ?? { key, value: null }), message } }),
        ),
      ),
    askData: () => askInto('data', {}),
    askSnapshotPicture: (file, level, settings) =>
      askInto('snapshotPicture', { file, level, settings }, () => state().snapshotPicture?.value ?? null),
    askTrial: (choice, step, ahead, settings) => askInto('trial', { choice, step, ahead, settings }),
    keepTrial: () =>
      ifShown((key) =>
        ask(
          'keepTrial',
          key,
          {},
          () => undefined,
          (message) => change({ trial: { key, value: state().trial?.value ?? null, message } }),
        ),
      ),
  } satisfies Partial<Actions>;
}

/** One answer after the other: each comes when there is something new. */
async function followTraining(
  asking: Asking,
  key: string,
  ask: (since: number) => Promise<PanelTraining>,
): Promise<void> {
  const { change } = asking;
  for (let since = 0; ;) {
    const news = await ask(since);
    since = news.revision;
    change({ training: { key, value: withNews(trainingOf(asking, key), news), message: null } });
  }
}

function trainingOf({ state }: Asking, key: string): PanelTraining | null {
  const { training } = state();
  return training?.key === key ? training.value : null;
}

function hostActions(host: Host) {
  return {
    openTab: () => host.postMessage({ type: 'openTab' }),
    run: (command) => host.postMessage({ type: 'command', command }),
    open: (url) => host.postMessage({ type: 'open', url }),
    copy: (text) => host.postMessage({ type: 'copy', text }),
    exportFailed: (reason) => host.postMessage({ type: 'exportFailed', reason }),
    save: (suggestedName, text, encoding = 'text') => host.postMessage({ type: 'save', suggestedName, text, encoding }),
  } satisfies Partial<Actions>;
}

function partsOf({ uris, counterparts, siblings }: CompareChoice): ComparisonParts {
  return { uris, counterparts, siblings };
}
