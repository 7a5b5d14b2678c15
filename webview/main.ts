import type { Actions, Section } from './actions.ts';
import { createBoundsTable } from './boundsTable.ts';
import { createContributionPlot } from './contributionPlot.ts';
import { createDepthPlot } from './depthPlot.ts';
import { element, setHidden, setText } from './dom.ts';
import { createEmptyState } from './emptyState.ts';
import { numbersAsCsv, numbersAsMarkdown, plotsAsSvg } from './exports.ts';
import { createHeader } from './header.ts';
import { connectHost } from './host.ts';
import { parseHostMessage } from './messages.ts';
import { createNumbersTable } from './numbersTable.ts';
import { followPointer, highlightLayer } from './pointing.ts';
import { createRegionPicture } from './regionPicture.ts';
import { createRunControls } from './runControls.ts';
import { receive, restore, toKept, type PanelState } from './store.ts';
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

  const actions: Actions = {
    select: (key) => {
      change({ ...state, selectedKey: key });
      host.postMessage({ type: 'select', key });
    },
    reveal: (layer) => view && host.postMessage({ type: 'reveal', key: view.network.key, layer }),
    count: () => view && host.postMessage({ type: 'count', key: view.network.key, settings: view.settings }),
    cancel: () => view && host.postMessage({ type: 'cancel', key: view.network.key }),
    changeSettings: (settings) =>
      view && change({ ...state, settings: { ...state.settings, [view.network.key]: settings } }),
    draw: (id, drawn) => {
      const others = state.drawn.filter((other) => other !== id);
      change({ ...state, drawn: drawn ? [...others, id] : others });
    },
    open: (url) => host.postMessage({ type: 'open', url }),
    copyMarkdown: () => view && host.postMessage({ type: 'copy', text: numbersAsMarkdown(view) }),
    copyCsv: () => view && host.postMessage({ type: 'copy', text: numbersAsCsv(view) }),
    saveCsv: () => view && save(`${view.network.name}-regions.csv`, numbersAsCsv(view)),
    savePlot: () =>
      view && save(`${view.network.name}-regions.svg`, plotsAsSvg(view, [depth.element, contribution.element])),
  };

  function save(suggestedName: string, text: string): void {
    host.postMessage({ type: 'save', suggestedName, text });
  }

  const depth = createDepthPlot();
  const contribution = createContributionPlot();
  const picture = createRegionPicture();
  const remarks = element('ul', { class: 'remarks', attributes: { 'aria-label': 'Remarks' } });
  const sections: Section[] = [
    createHeader(actions),
    createRunControls(actions),
    createTiles(actions),
    depth,
    contribution,
    picture,
    createNumbersTable(),
    createBoundsTable(actions),
  ];
  const [header, run, tiles, , , , numbers, bounds] = sections;
  const plots = element('div', { class: 'plots' }, [
    element('div', { class: 'plotColumn' }, [depth.element, contribution.element]),
    picture.element,
  ]);
  const content = element('div', { class: 'content' }, [
    header.element,
    remarks,
    tiles.element,
    run.element,
    plots,
    numbers.element,
    bounds.element,
  ]);
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
      else empty.showMessage(state.emptyMessage ?? 'The file holds no network that can be read.');
      return;
    }
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
    for (const plot of [depth, contribution, picture]) plot.resize();
  }).observe(root);
  followPointer(content, (layer) => actions.reveal(layer));
  render();
  host.postMessage({ type: 'ready' });
}

function drawRemarks(list: HTMLElement, view: View): void {
  const texts =
    view.layers.length > 0
      ? view.network.remarks
      : [...view.network.remarks, 'No layer has units that bend: the network is one affine map, one region.'];
  setHidden(list, texts.length === 0);
  while (list.children.length > texts.length) list.lastElementChild?.remove();
  texts.forEach((text, i) => setText(list.children[i] ?? list.appendChild(element('li')), text));
}

start();
