import { sourcesOf } from '../../src/protocol/countSources.ts';
import { formatCount, formatNumber } from '../../src/common/formatFigures.ts';
import type { Actions, Section } from '../app/actions.ts';
import { chosenSentence, CountForm } from './countForm.ts';
import { element, plainButton, setHidden, setPowerText, setText, statusLine } from '../widgets/dom.ts';
import { formatDuration, plural } from '../format.ts';
import { samplesOf } from '../tables/statistics.ts';
import { t } from '../app/strings.ts';
import { progressRing } from '../widgets/toolkit.ts';
import { chosenMethod, type View } from '../app/view.ts';

/** How to count, how far a count is, and how it ended. */
export class RunControls implements Section {
  readonly element: HTMLElement;
  readonly #form: CountForm;
  readonly #chosen = element('p', { class: 'muted caption chosen' });
  readonly #cost: LongCount;
  readonly #progress = createProgress();
  readonly #outcome = statusLine('outcome');

  constructor(actions: Actions) {
    this.#form = new CountForm(actions);
    this.#cost = new LongCount(actions);
    const parts = [this.#form.element, this.#chosen, this.#cost.element, this.#progress.element, this.#outcome];
    this.element = element('section', { class: 'run', attributes: { 'aria-label': t('Counting') } }, parts);
  }

  update(view: View): void {
    for (const part of [this.#form, this.#progress, this.#cost]) part.update(view);
    setPowerText(this.#chosen, chosenText(view));
    setText(this.#outcome, [endText(view), sampleText(view)].filter(Boolean).join(' '));
    this.#outcome.classList.toggle('failed', view.run?.status === 'failed');
  }
}

/** How far the count is that is under way. */
function createProgress(): Section {
  const bar = element('div', { class: 'progressBar' });
  const attributes = { role: 'progressbar', 'aria-label': t('Counting'), 'aria-valuemin': '0', 'aria-valuemax': '100' };
  const track = element('div', { class: 'progressTrack', attributes }, [bar]);
  const words = element('span', {});
  const line = element('div', { class: 'progressLine muted' }, [progressRing(), words]);
  const root = element('div', { class: 'progress' }, [track, line]);
  return {
    element: root,
    update: (view) => {
      const isRunning = view.run?.status === 'running';
      setHidden(root, !isRunning);
      if (!isRunning) return;
      const share = view.progress?.share ?? 0;
      bar.style.transform = `scaleX(${share})`;
      track.setAttribute('aria-valuenow', String(Math.round(100 * share)));
      setText(words, progressText(view));
    },
  };
}

/** Asks what a long count takes once its network and its form have stayed the same for this long. */
const PAUSE_MS = 800;

/** What a long count costs, before it is started, and a way to start with one network. */
class LongCount implements Section {
  readonly element: HTMLElement;
  readonly #actions: Pick<Actions, 'askCost' | 'changeSettings' | 'count'>;
  readonly #words = element('span');
  readonly #one = plainButton('chip', t('Count One Network First'), () => this.#countOne());
  /** What is asked about, and the timer until it is. */
  #asked = '';
  #pause: ReturnType<typeof setTimeout> | undefined;
  /** An answer to an earlier question: it says nothing of the count that is shown now. */
  #outdated: View['cost'] = null;

  constructor(actions: Pick<Actions, 'askCost' | 'changeSettings' | 'count'>) {
    this.#actions = actions;
    this.element = element('p', { class: 'caption cost' }, [this.#words, ' ', this.#one]);
  }

  update(view: View): void {
    this.#ask(view);
    setText(this.#words, costText(view, view.cost === this.#outdated ? null : view.cost));
    setHidden(this.element, view.run?.status === 'running' || this.#words.textContent === '');
    setHidden(this.#one, view.settings.fileWeights || view.settings.seeds === 1);
  }

  #countOne(): void {
    this.#actions.changeSettings({ seeds: 1 });
    this.#actions.count();
  }

  #ask(view: View): void {
    const { network, settings } = view;
    const subject = isAboutToBeLong(view) ? JSON.stringify([network.key, network.fingerprint, settings]) : '';
    if (subject === this.#asked) return;
    this.#asked = subject;
    this.#outdated = view.cost;
    clearTimeout(this.#pause);
    if (subject === '') return;
    this.#pause = setTimeout(() => this.#actions.askCost(sourcesOf(settings)[0], settings), PAUSE_MS);
  }
}

function progressText({ progress, counts, settings }: View): string {
  const { done, of, regions, secondsLeft, parts } = progress ?? {
    done: counts.length,
    of: settings.seeds,
    regions: 0,
    secondsLeft: null,
    parts: null,
  };
  const words = [
    parts === null
      ? t('Network {0} of {1}', formatCount(Math.min(done + 1, of)), formatCount(of))
      : t('{0} of {1}', formatCount(parts.done), plural(parts.of, t('part'), t('parts'))),
    regions > 0 ? plural(regions, t('region'), t('regions')) : '',
    secondsLeft === null ? '' : t('about {0} left', formatDuration(secondsLeft)),
  ];
  return words.filter(Boolean).join(' · ');
}

function isAboutToBeLong({ network, counts, run }: View): boolean {
  const isRunning = run?.status === 'running';
  return network.isLongCount && network.countRefused === null && counts.length === 0 && !isRunning;
}

/** What a long count costs, before it is started. */
function costText(view: View, cost: View['cost']): string {
  if (!isAboutToBeLong(view)) return '';
  const { settings, timeLimit } = view;
  const networks = plural(settings.fileWeights ? 1 : settings.seeds, t('network'), t('networks'));
  const seconds = cost?.value?.seconds ?? null;
  if (seconds !== null) {
    const takes = t('Counting takes about {0} for each of {1} on one thread.', formatDuration(seconds), networks);
    if (seconds <= timeLimit) return takes;
    return `${takes} ${t('It stops after {0}: what is found until then is a lower bound.', formatDuration(timeLimit))}`;
  }
  return t(
    'This network is large: a count can take up to {0} for each of {1}. What is found until then is a lower bound.',
    formatDuration(timeLimit),
    networks,
  );
}

/** The method that was chosen for the user: of the counts shown, or of those to come. */
function chosenText({ run, counts, network, settings }: View): string {
  const isOfRun = run !== null && counts.length > 0 && JSON.stringify(run.settings) === JSON.stringify(settings);
  const { method, why } = isOfRun ? run.theory : chosenMethod(network, settings);
  return why === null || network.countRefused !== null ? '' : chosenSentence(method, why);
}

function endText({ run, outdated }: View): string {
  // What ended a count of other weights says nothing of these.
  if (outdated && run?.status !== 'running') return '';
  if (run === null || run.status === 'running' || run.status === 'done') return run?.message ?? '';
  if (run.status === 'failed') return t('The count failed: {0}', run.message ?? t('no reason was given'));
  return run.message ?? t('Stopped after {0}.', plural(run.counts.length, t('network'), t('networks')));
}

/** What samples say beside the number of regions they met. */
function sampleText({ counts }: View): string {
  const samples = samplesOf(counts);
  if (samples === null) return '';
  const { points, estimate, newAtEnd } = samples;
  return t(
    '{0} random points of each network hit this many regions; {1}% of the last tenth hit a new one. Estimated total (Chao1): {2}.',
    formatCount(points),
    (100 * newAtEnd).toFixed(1),
    formatNumber(estimate),
  );
}
