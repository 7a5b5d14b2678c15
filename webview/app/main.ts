import { isHostMessage } from '../../src/protocol/messages.ts';
import type { Plot, Section } from './actions.ts';
import { Questions } from './questions.ts';
import { ContributionPlot } from '../plots/contributionPlot.ts';
import { DepthPlot } from '../plots/depthPlot.ts';
import { element, setHidden } from '../widgets/dom.ts';
import { createHeader } from '../pages/header.ts';
import { connectHost } from './host.ts';
import type { DeferredSections } from './deferred.ts';
import { emptyPage } from '../pages/emptyPage.ts';
import { createFrame, type Frame } from '../pages/frame.ts';
import { createNumbersTable } from '../tables/numbersTable.ts';
import { createActions } from './panelActions.ts';
import { followPointer, highlightLayer } from './pointing.ts';
import { receive, restore, toPersisted, type PanelState } from './store.ts';
import { t } from './strings.ts';
import { createTiles } from '../pages/tiles.ts';
import { viewOf, type View } from './view.ts';

/** Edits arrive at every keystroke; what is remembered need not. */
const KEEP_DELAY_MS = 300;

/**
 * The panel: at first what a reader looks for first, the figures and their plots; what is asked of it (buttons, forms,
 * pages, the region picture) is loaded when that is painted, and takes its place.
 */
class Panel {
  readonly #root: HTMLElement;
  readonly #host = connectHost();
  readonly #questions = new Questions((message) => this.#host.postMessage(message));
  readonly #actions = createActions(this.#host, this.#questions, {
    state: () => this.#state,
    view: () => this.#view,
    change: (next) => this.#change(next),
  });
  readonly #header = createHeader(this.#actions);
  /** What is drawn first, and right after that. */
  readonly #first: readonly Section[];
  readonly #second: readonly Section[];
  readonly #plots: readonly Plot[];
  readonly #frame: Frame;
  readonly #empty = element('div', { class: 'empty', attributes: { role: 'status' } });
  /** What the extension has put here until there is something to show. */
  readonly #skeleton: Element[];
  #state: PanelState = restore(this.#host.getState());
  #view: View | null = viewOf(this.#state);
  #keepTimer = 0;
  #nextFrame = 0;
  #completion: DeferredSections | null = null;
  /** The figures are drawn, and the rest is on its way. */
  #isUnderWay = false;

  constructor(root: HTMLElement) {
    this.#root = root;
    this.#skeleton = [...root.children];
    const header = this.#header;
    const [depth, contribution] = [new DepthPlot(), new ContributionPlot()];
    const [tiles, numbers] = [createTiles(this.#actions), createNumbersTable()];
    this.#first = [header, tiles, depth];
    this.#second = [contribution, numbers];
    this.#plots = [depth, contribution];
    this.#frame = createFrame({ header, tiles, depth, contribution, numbers }, this.#actions);
    root.append(this.#frame.element, this.#empty);
    this.#listen();
    this.#render();
    this.#host.postMessage({ type: 'ready' });
  }

  #listen(): void {
    window.addEventListener('message', (event: MessageEvent<unknown>) => this.#receive(event.data));
    window.addEventListener('pagehide', () => this.#questions.dispose());
    new ResizeObserver(() => {
      for (const plot of [...this.#plots, ...(this.#completion?.plots ?? [])]) plot.resize();
    }).observe(this.#root);
    followPointer(this.#frame.element, this.#actions);
  }

  #receive(message: unknown): void {
    if (!isHostMessage(message)) console.warn('Region Lens: a message was not understood and is left out.');
    else if (message.type === 'answer') this.#questions.receive(message);
    else this.#change(receive(this.#state, message));
  }

  /** Several messages of one moment are drawn once. */
  #change(next: PanelState): void {
    if (next === this.#state) return;
    this.#state = next;
    this.#view = viewOf(next);
    cancelAnimationFrame(this.#nextFrame);
    this.#nextFrame = requestAnimationFrame(() => this.#render());
    clearTimeout(this.#keepTimer);
    this.#keepTimer = window.setTimeout(() => this.#host.setState(toPersisted(this.#state)), KEEP_DELAY_MS);
  }

  #render(): void {
    const state = this.#state;
    const view = (this.#view = viewOf(state));
    const isLoading = view === null && state.emptyMessage === null && state.model === null;
    setHidden(this.#frame.element, view === null);
    setHidden(this.#empty, view !== null || isLoading);
    if (isLoading) return;
    for (const part of this.#skeleton.splice(0)) part.remove();
    if (view === null) return this.#showEmpty();
    this.#frame.show(view);
    const second = this.#isUnderWay ? this.#second : [];
    for (const section of [...this.#first, ...second, ...(this.#completion?.sections ?? [])]) section.update(view);
    highlightLayer(this.#frame.element, view.highlight);
    if (!this.#isUnderWay) void this.#complete();
  }

  /** The rest, once this much is painted. */
  async #complete(): Promise<void> {
    this.#isUnderWay = true;
    this.#root.setAttribute('aria-busy', 'true');
    await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
    this.#render();
    const { createDeferredSections: createCompletion } = await import('./deferred.ts');
    this.#completion = createCompletion(this.#actions, {
      header: this.#header,
      slots: this.#frame.slots,
      view: () => this.#view,
    });
    this.#render();
    this.#root.removeAttribute('aria-busy');
  }

  #showEmpty(): void {
    const message = this.#state.emptyMessage ?? t('The file holds no network that can be read.');
    this.#empty.replaceChildren(...emptyPage(message, this.#actions));
  }
}

new Panel(
  document.getElementById('panel') ?? document.body.appendChild(element('main', { attributes: { id: 'panel' } })),
);
