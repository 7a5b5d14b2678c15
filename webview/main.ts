import type { Actions, Section } from './actions.ts';
import { createBoundsTable } from './boundsTable.ts';
import { createComparePage } from './comparePage.ts';
import { createContributionPlot } from './contributionPlot.ts';
import { createDepthPlot } from './depthPlot.ts';
import { element, setHidden, setText } from './dom.ts';
import { createEmptyState } from './emptyState.ts';
import { createHeader } from './header.ts';
import { connectHost } from './host.ts';
import { createLinePage } from './linePage.ts';
import { parseHostMessage } from './messages.ts';
import { createNumbersTable } from './numbersTable.ts';
import { followPointer, highlightLayer } from './pointing.ts';
import { createRegionPicture } from './regionPicture.ts';
import { createRunControls } from './runControls.ts';
import { receive, restore, toKept, type Answer, type PanelState } from './store.ts';
import { t } from './strings.ts';
import { createTabs } from './tabs.ts';
import { createTiles } from './tiles.ts';
import { registerWidgets } from './toolkit.ts';
import { viewOf, type View } from './view.ts';

/** Edits arrive at every keystroke; what is remembered need not. */
const KEEP_DELAY_MS = 300;

function start(): void {
  registerWidgets();
  const host = connectHost();
  let state: PanelState = restore(host.getState());
  let view: View | null = viewOf(state);
  let keepTimer = 0;
  let frame = 0;
  let lastId = 0;

  /** A question whose answer bears its number: until then, and if another follows, there is none. */
  function asked<T>(key: string): Answer<T> {
    return { key, id: ++lastId, value: null, message: null };
  }

  const ifShown = (task: (shown: View, key: string) => void): void => {
    if (view !== null) task(view, view.network.key);
  };
  const actions: Actions = {
    select: (key) => {
      change({ ...state, selectedKey: key });
      host.postMessage({ type: 'select', key });
    },
    reveal: (layer) => ifShown((_, key) => host.postMessage({ type: 'reveal', key, layer })),
    point: (layer) => ifShown((_, key) => host.postMessage({ type: 'point', key, layer })),
    showPage: (page) => change({ ...state, page }),
    pin: (pinned) => {
      change({ ...state, pinned });
      host.postMessage({ type: 'pin', pinned });
    },
    openTab: () => host.postMessage({ type: 'openTab' }),
    count: () => ifShown(({ settings }, key) => host.postMessage({ type: 'count', key, settings })),
    cancel: () => ifShown((_, key) => host.postMessage({ type: 'cancel', key })),
    changeSettings: (settings) => ifShown((_, key) => change({ ...state, settings: { ...state.settings, [key]: settings } })), // prettier-ignore
    choosePoints: (use, needed) => ifShown((_, key) => host.postMessage({ type: 'choosePoints', key, use, needed })),
    placeLine: (place) => ifShown((_, key) => change({ ...state, lines: { ...state.lines, [key]: place } })),
    draw: (id, drawn) => {
      const others = state.drawn.filter((other) => other !== id);
      change({ ...state, drawn: drawn ? [...others, id] : others });
    },
    askPicture: (seed, settings, window) =>
      ifShown((_, key) => {
        const picture = asked<never>(key);
        change({ ...state, picture });
        host.postMessage({ type: 'picture', key, id: picture.id, seed, settings, window });
      }),
    askLine: (seed, settings) =>
      ifShown((_, key) => {
        const line = asked<never>(key);
        change({ ...state, line });
        host.postMessage({ type: 'line', key, id: line.id, seed, settings });
      }),
    askDistances: (seed, settings, seconds) =>
      ifShown((_, key) => {
        // Those that are there stay while more are measured.
        const before = state.distances?.value;
        const distances = {
          ...asked<never>(key),
          value: state.distances?.key === key && before?.seed === seed ? before : null,
        };
        change({ ...state, distances });
        host.postMessage({ type: 'distances', key, id: distances.id, seed, settings, seconds });
      }),
    askProbe: (seed, settings, x, y) =>
      ifShown((_, key) => {
        const probe = asked<never>(key);
        change({ ...state, probe });
        host.postMessage({ type: 'probe', key, id: probe.id, seed, settings, x, y });
      }),
    pickNetworks: () => ifShown(({ compare }, key) => host.postMessage({ type: 'pick', key, uris: compare.uris })),
    compareBy: (choice) => ifShown((_, key) => change({ ...state, compare: { ...state.compare, [key]: choice } })),
    askComparison: ({ uris, counterparts }) =>
      ifShown((_, key) => {
        const comparison = asked<never>(key);
        change({ ...state, comparison });
        host.postMessage({ type: 'compare', key, id: comparison.id, uris, counterparts });
      }),
    forgetSweep: () => change({ ...state, swept: null }),
    askSweep: (subject, values) =>
      ifShown((_, key) => {
        // Rows that are there stay while others are asked for.
        const swept = { ...asked<never>(key), value: state.swept?.key === key ? state.swept.value : null };
        change({ ...state, swept });
        host.postMessage({ type: 'sweep', key, id: swept.id, subject, values });
      }), // prettier-ignore
    apply: (subject, value) => ifShown((_, key) => host.postMessage({ type: 'apply', key, subject, value })),
    open: (url) => host.postMessage({ type: 'open', url }),
    copy: (text) => host.postMessage({ type: 'copy', text }),
    save: (suggestedName, text, encoding = 'text') => host.postMessage({ type: 'save', suggestedName, text, encoding }),
  };

  const depth = createDepthPlot();
  const contribution = createContributionPlot();
  const picture = createRegionPicture(actions);
  const line = createLinePage(actions);
  const compare = createComparePage(actions);
  const remarks = element('ul', { class: 'remarks', attributes: { 'aria-label': t('Remarks') } });
  const header = createHeader(actions, [depth.element, contribution.element], picture.element);
  const [run, tiles, numbers, bounds] = [createRunControls(actions), createTiles(actions), createNumbersTable(), createBoundsTable(actions)]; // prettier-ignore
  const sections: Section[] = [header, run, tiles, depth, contribution, picture, line, compare, numbers, bounds];
  const plots = element('div', { class: 'plots' }, [
    element('div', { class: 'plotColumn' }, [depth.element, contribution.element]),
    picture.element,
  ]);
  const pages = [
    { page: 'regions' as const, text: t('Regions'), panel: element('div', { class: 'page' }, [tiles.element, run.element, plots, numbers.element, bounds.element]) },
    { page: 'line' as const, text: t('Line'), panel: element('div', { class: 'page' }, [line.element]) },
    { page: 'compare' as const, text: t('Compare'), panel: element('div', { class: 'page' }, [compare.element]) },
  ]; // prettier-ignore
  const tabs = createTabs(t('What to show'), pages, (page) => actions.showPage(page));
  const content = element('div', { class: 'content' }, [header.element, remarks, tabs.element, ...pages.map(({ panel }) => panel)]); // prettier-ignore
  const empty = createEmptyState();
  const root =
    document.getElementById('panel') ?? document.body.appendChild(element('main', { attributes: { id: 'panel' } }));
  root.replaceChildren(content, empty.element);

  function render(): void {
    view = viewOf(state);
    setHidden(content, view === null);
    setHidden(empty.element, view !== null);
    if (view === null) {
      if (state.emptyMessage === null && state.model === null) empty.showLoading();
      else empty.showMessage(state.emptyMessage ?? t('The file holds no network that can be read.'));
      return;
    }
    document.body.classList.toggle('sideBar', view.home === 'view');
    tabs.show(view.page);
    drawRemarks(remarks, view);
    for (const section of sections) section.update(view);
    highlightLayer(content, view.highlight);
  }

  /** Several messages of one moment are drawn once. */
  function change(next: PanelState): void {
    if (next === state) return;
    state = next;
    view = viewOf(state);
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(render);
    clearTimeout(keepTimer);
    keepTimer = window.setTimeout(() => host.setState(toKept(state)), KEEP_DELAY_MS);
  }

  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    const message = parseHostMessage(event.data);
    if (message === null) console.warn('Region Lens: a message was not understood and is left out.');
    else change(receive(state, message));
  });
  new ResizeObserver(() => {
    for (const plot of [depth, contribution, picture, line, compare]) plot.resize();
  }).observe(root);
  followPointer(content, actions);
  render();
  host.postMessage({ type: 'ready' });
}

function drawRemarks(list: HTMLElement, view: View): void {
  const texts =
    view.layers.length > 0
      ? view.network.remarks
      : [...view.network.remarks, t('No layer has units that bend: the network is one affine map, one region.')];
  setHidden(list, texts.length === 0);
  while (list.children.length > texts.length) list.lastElementChild?.remove();
  texts.forEach((text, i) => setText(list.children[i] ?? list.appendChild(element('li')), text));
}

start();
