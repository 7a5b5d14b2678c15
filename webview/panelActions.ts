import type { Actions } from './actions.ts';
import type { Host } from './host.ts';
import type { Answer, PanelState } from './store.ts';
import type { View } from './view.ts';

/** The page's state, and how to change it. */
export interface Holder {
  readonly state: () => PanelState;
  readonly view: () => View | null;
  readonly change: (next: PanelState) => void;
}

/** What a user can do: changes of the state, and messages to the extension. */
export function createActions(host: Host, { state, view, change }: Holder): Actions {
  let lastId = 0;

  /** A question whose answer bears its number: until then, and if another follows, there is none. */
  function asked<T>(key: string): Answer<T> {
    return { key, id: ++lastId, value: null, message: null };
  }

  const ifShown = (task: (shown: View, key: string) => void): void => {
    const shown = view();
    if (shown !== null) task(shown, shown.network.key);
  };
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
    changeSettings: (settings) => ifShown((_, key) => change({ ...state(), settings: { ...state().settings, [key]: settings } })), // prettier-ignore
    choosePoints: (use, needed) => ifShown((_, key) => host.postMessage({ type: 'choosePoints', key, use, needed })),
    placeLine: (place) => ifShown((_, key) => change({ ...state(), lines: { ...state().lines, [key]: place } })),
    draw: (id, drawn) => {
      const others = state().drawn.filter((other) => other !== id);
      change({ ...state(), drawn: drawn ? [...others, id] : others });
    },
    askPicture: (seed, settings, window) =>
      ifShown((_, key) => {
        const picture = asked<never>(key);
        change({ ...state(), picture });
        host.postMessage({ type: 'picture', key, id: picture.id, seed, settings, window });
      }),
    askLine: (seed, settings) =>
      ifShown((_, key) => {
        const line = asked<never>(key);
        change({ ...state(), line });
        host.postMessage({ type: 'line', key, id: line.id, seed, settings });
      }),
    askDistances: (seed, settings, seconds) =>
      ifShown((_, key) => {
        // Those that are there stay while more are measured.
        const before = state().distances?.value;
        const distances = {
          ...asked<never>(key),
          value: state().distances?.key === key && before?.seed === seed ? before : null,
        };
        change({ ...state(), distances });
        host.postMessage({ type: 'distances', key, id: distances.id, seed, settings, seconds });
      }),
    askProbe: (seed, settings, x, y) =>
      ifShown((_, key) => {
        const probe = asked<never>(key);
        change({ ...state(), probe });
        host.postMessage({ type: 'probe', key, id: probe.id, seed, settings, x, y });
      }),
    pickNetworks: () => ifShown(({ compare }, key) => host.postMessage({ type: 'pick', key, uris: compare.uris })),
    compareBy: (choice) => ifShown((_, key) => change({ ...state(), compare: { ...state().compare, [key]: choice } })),
    askComparison: ({ uris, counterparts }) =>
      ifShown((_, key) => {
        const comparison = asked<never>(key);
        change({ ...state(), comparison });
        host.postMessage({ type: 'compare', key, id: comparison.id, uris, counterparts });
      }),
    forgetSweep: () => change({ ...state(), swept: null }),
    askSweep: (subject, values) =>
      ifShown((_, key) => {
        // Rows that are there stay while others are asked for.
        const before = state().swept;
        const swept = { ...asked<never>(key), value: before?.key === key ? before.value : null };
        change({ ...state(), swept });
        host.postMessage({ type: 'sweep', key, id: swept.id, subject, values });
      }), // prettier-ignore
    apply: (subject, value) => ifShown((_, key) => host.postMessage({ type: 'apply', key, subject, value })),
    open: (url) => host.postMessage({ type: 'open', url }),
    copy: (text) => host.postMessage({ type: 'copy', text }),
    exportFailed: (reason) => host.postMessage({ type: 'exportFailed', reason }),
    save: (suggestedName, text, encoding = 'text') => host.postMessage({ type: 'save', suggestedName, text, encoding }),
  };
}
