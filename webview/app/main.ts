import { isHostMessage, type PanelCommand } from '../../src/protocol/messages.ts';
import type { Actions, Section } from './actions.ts';
import { Questions } from './questions.ts';
import { createContributionPlot } from '../plots/contributionPlot.ts';
import { createDepthPlot } from '../plots/depthPlot.ts';
import { element, setHidden, setPowerText } from '../widgets/dom.ts';
import { createHeader } from '../pages/header.ts';
import { connectHost } from './host.ts';
import type { DeferredSections } from './deferred.ts';
import { createNumbersTable } from '../tables/numbersTable.ts';
import { createActions } from './panelActions.ts';
import { followPointer, highlightLayer } from './pointing.ts';
import { receive, restore, toPersisted, type PanelState } from './store.ts';
import { t } from './strings.ts';
import { createTabs } from '../pages/tabs.ts';
import { createTiles } from '../pages/tiles.ts';
import { hasPicture, viewOf, type View } from './view.ts';

/** Edits arrive at every keystroke; what is remembered need not. */
const KEEP_DELAY_MS = 300;

/**
 * The panel: at first what a reader looks for first, the figures and their plots; what is asked of it (buttons, forms,
 * pages, the region picture) is loaded when that is painted, and takes its place.
 */
function start(root: HTMLElement): void {
  const host = connectHost();
  let state: PanelState = restore(host.getState());
  let view: View | null = viewOf(state);
  let keepTimer = 0;
  let frame = 0;
  let completion: DeferredSections | null = null;
  /** The figures are drawn, and the rest is on its way. */
  let isUnderWay = false;

  const questions = new Questions((message) => host.postMessage(message));
  const actions = createActions(host, questions, { state: () => state, view: () => view, change });
  const depth = createDepthPlot();
  const contribution = createContributionPlot();
  const [header, tiles, numbers] = [createHeader(actions), createTiles(actions), createNumbersTable()];
  const remarks = element('ul', { class: 'remarks', attributes: { 'aria-label': t('Remarks') } });
  const slots = {
    run: element('section', { class: 'run' }),
    picture: element('section', { class: 'picture waiting' }),
    line: element('div'),
    compare: element('div'),
    training: element('div'),
    bounds: element('div'),
  };
  const plots = element('div', { class: 'plots' }, [
    element('div', { class: 'plotColumn' }, [depth.element, contribution.element]),
    slots.picture,
  ]);
  const page = (...children: HTMLElement[]): HTMLElement => element('div', { class: 'page' }, children);
  const pages = [
    {
      page: 'regions',
      text: t('Regions'),
      panel: page(tiles.element, slots.run, plots, numbers.element, slots.bounds),
    },
    { page: 'line', text: t('Line'), panel: page(slots.line) },
    { page: 'compare', text: t('Compare'), panel: page(slots.compare) },
    { page: 'training', text: t('Training'), panel: page(slots.training) },
  ] as const;
  const tabs = createTabs(t('What to show'), pages, (chosen) => actions.showPage(chosen));
  const content = element('div', { class: 'content' }, [
    header.element,
    remarks,
    tabs.element,
    ...pages.map(({ panel }) => panel),
  ]);
  const empty = element('div', { class: 'empty', attributes: { role: 'status' } });
  /** What the extension has put here until there is something to show. */
  const skeleton = [...root.children];
  const first: readonly Section[] = [header, tiles, depth];
  const second: readonly Section[] = [contribution, numbers];
  root.append(content, empty);

  function render(): void {
    view = viewOf(state);
    const isLoading = view === null && state.emptyMessage === null && state.model === null;
    setHidden(content, view === null);
    setHidden(empty, view !== null || isLoading);
    if (isLoading) return;
    for (const part of skeleton.splice(0)) part.remove();
    if (view === null) return showEmpty();
    document.body.classList.toggle('sideBar', view.home === 'view');
    tabs.show(view.page);
    drawRemarks(remarks, view);
    // Where nothing bends there is nothing to plot.
    for (const part of [plots, numbers.element]) setHidden(part, view.layers.length === 0);
    setHidden(slots.picture, !hasPicture(view));
    for (const section of [...first, ...(isUnderWay ? second : []), ...(completion?.sections ?? [])])
      section.update(view);
    highlightLayer(content, view.highlight);
    if (!isUnderWay) void complete();
  }

  /** The rest, once this much is painted. */
  async function complete(): Promise<void> {
    isUnderWay = true;
    root.setAttribute('aria-busy', 'true');
    await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
    render();
    const { createDeferredSections: createCompletion } = await import('./deferred.ts');
    completion = createCompletion(actions, { header, slots, view: () => view });
    render();
    root.removeAttribute('aria-busy');
  }

  function showEmpty(): void {
    const message = state.emptyMessage ?? t('The file holds no network that can be read.');
    empty.replaceChildren(
      element('h1', { text: t('No network open') }),
      element('p', { class: 'muted', text: message }),
      element(
        'p',
        { class: 'emptyActions' },
        COMMANDS.map(([command, text]) => commandButton(command, text, actions)),
      ),
    );
  }

  /** Several messages of one moment are drawn once. */
  function change(next: PanelState): void {
    if (next === state) return;
    state = next;
    view = viewOf(state);
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(render);
    clearTimeout(keepTimer);
    keepTimer = window.setTimeout(() => host.setState(toPersisted(state)), KEEP_DELAY_MS);
  }

  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    const message = event.data;
    if (!isHostMessage(message)) console.warn('Region Lens: a message was not understood and is left out.');
    else if (message.type === 'answer') questions.receive(message);
    else change(receive(state, message));
  });
  new ResizeObserver(() => {
    for (const plot of [depth, contribution, ...(completion?.plots ?? [])]) plot.resize();
  }).observe(root);
  window.addEventListener('pagehide', () => questions.dispose());
  followPointer(content, actions);
  render();
  host.postMessage({ type: 'ready' });
}

const COMMANDS: readonly [PanelCommand, string][] = [
  ['openExample', t('Open Example')],
  ['newNetwork', t('New Network')],
  ['openNetwork', t('Open Network…')],
  ['learnMore', t('What Is a Linear Region?')],
];

/** A plain button: the widgets are not loaded where there is nothing to show. */
function commandButton(command: PanelCommand, text: string, actions: Actions): HTMLElement {
  const made = element('button', { class: 'plainButton', text, attributes: { type: 'button' } });
  made.addEventListener('click', () => actions.run(command));
  return made;
}

function drawRemarks(list: HTMLElement, { network: { remarks } }: View): void {
  setHidden(list, remarks.length === 0);
  while (list.children.length > remarks.length) list.lastElementChild?.remove();
  remarks.forEach((text, i) => setPowerText(list.children[i] ?? list.appendChild(element('li')), text));
}

start(document.getElementById('panel') ?? document.body.appendChild(element('main', { attributes: { id: 'panel' } })));
