import { sourcesOf } from '../../src/protocol/countSources.ts';
import { formatCount, formatNumber } from '../../src/common/formatFigures.ts';
import type { Actions, Section } from '../app/actions.ts';
import { chosenSentence, createCountForm } from './countForm.ts';
import { element, setHidden, setPowerText, setText } from '../widgets/dom.ts';
import { formatDuration, plural } from '../format.ts';
import { samplesOf } from '../tables/statistics.ts';
import { t } from '../app/strings.ts';
import { progressRing } from '../widgets/toolkit.ts';
import { chosenMethod, type View } from '../app/view.ts';

/** How to count, how far a count is, and how it ended. */
export function createRunControls(actions: Actions): Section {
  const form = createCountForm(actions);
  const bar = element('div', { class: 'progressBar' });
  const attributes = { role: 'progressbar', 'aria-label': t('Counting'), 'aria-valuemin': '0', 'aria-valuemax': '100' };
  const track = element('div', { class: 'progressTrack', attributes }, [bar]);
  const progressText = element('span', {});
  const progress = element('div', { class: 'progress' }, [
    track,
    element('div', { class: 'progressLine muted' }, [progressRing(), progressText]),
  ]);
  const costText = element('span');
  const one = element('button', { class: 'chip', text: t('Count One Network First'), attributes: { type: 'button' } });
  const cost = element('p', { class: 'caption cost' }, [costText, ' ', one]);
  let shown: View | null = null;
  /** What is asked about, and the timer until it is. */
  let asked = '';
  /** An answer to an earlier question: it says nothing of the count that is shown now. */
  let outdated: View['cost'] = null;
  let pause: ReturnType<typeof setTimeout> | undefined;
  one.addEventListener('click', () => {
    if (shown === null) return;
    actions.changeSettings({ ...shown.settings, seeds: 1 });
    actions.count();
  });
  const chosen = element('p', { class: 'muted caption chosen' });
  const outcome = element('p', { class: 'outcome', attributes: { role: 'status' } });
  const root = element('section', { class: 'run', attributes: { 'aria-label': t('Counting') } }, [
    form.element,
    chosen,
    cost,
    progress,
    outcome,
  ]);

  function update(view: View): void {
    const running = view.run?.status === 'running';
    form.update(view);
    setHidden(progress, !running);
    if (running) drawProgress(view);
    setPowerText(chosen, chosenText(view));
    shown = view;
    askCost(view);
    setText(costText, costOf(view, view.cost === outdated ? null : view.cost));
    setHidden(cost, running || costText.textContent === '');
    setHidden(one, view.settings.fileWeights || view.settings.seeds === 1);
    setText(outcome, [endText(view), sampleText(view)].filter(Boolean).join(' '));
    outcome.classList.toggle('failed', view.run?.status === 'failed');
  }

  function askCost(view: View): void {
    const { network, settings } = view;
    const subject = isAboutToBeLong(view) ? JSON.stringify([network.key, network.fingerprint, settings]) : '';
    if (subject === asked) return;
    asked = subject;
    outdated = view.cost;
    clearTimeout(pause);
    if (subject !== '') pause = setTimeout(() => actions.askCost(sourcesOf(settings)[0], settings), PAUSE_MS);
  }

  function drawProgress(view: View): void {
    const { progress, counts, settings } = view;
    const { done, of, share, regions, secondsLeft, parts } = progress ?? {
      done: counts.length,
      of: settings.seeds,
      share: 0,
      regions: 0,
      secondsLeft: null,
      parts: null,
    };
    bar.style.transform = `scaleX(${share})`;
    track.setAttribute('aria-valuenow', String(Math.round(100 * share)));
    const words = [
      parts === null
        ? t('Network {0} of {1}', formatCount(Math.min(done + 1, of)), formatCount(of))
        : t('{0} of {1}', formatCount(parts.done), plural(parts.of, t('part'), t('parts'))),
      regions > 0 ? plural(regions, t('region'), t('regions')) : '',
      secondsLeft === null ? '' : t('about {0} left', formatDuration(secondsLeft)),
    ];
    setText(progressText, words.filter(Boolean).join(' · '));
  }
  return { element: root, update };
}

/** Asks what a long count takes once its network and its form have stayed the same for this long. */
const PAUSE_MS = 800;

function isAboutToBeLong({ network, counts, run }: View): boolean {
  const isRunning = run?.status === 'running';
  return network.isLongCount && network.countRefused === null && counts.length === 0 && !isRunning;
}

/** What a long count costs, before it is started. */
function costOf(view: View, cost: View['cost']): string {
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
