import { formatCount } from '../../src/common/formatFigures.ts';
import type { PanelFile, PanelTraining } from '../../src/protocol/training.ts';
import { plural } from '../format.ts';
import { element, setHidden, setText } from '../widgets/dom.ts';
import { button } from '../widgets/toolkit.ts';
import type { Actions, Section } from '../app/actions.ts';
import { t } from '../app/strings.ts';

/** Which runs are shown, with which data, and how far they are counted. */
export function createRunList(actions: Actions): Section {
  const add = button(t('Add Run…'), 'primary', () => actions.changeSources('addRun'));
  const data = button(t('Choose Data…'), 'secondary', () => actions.changeSources('chooseData'));
  const testData = button(t('Choose Test Data…'), 'secondary', () => actions.changeSources('chooseTestData'));
  const stop = button(t('Stop'), 'secondary', () => actions.changeSources(isStopped ? 'resume' : 'stop'));
  const heading = element('h2', { text: t('Runs') });
  const intro = element('p', {
    class: 'muted',
    text: t(
      'A run is a folder of snapshots: files of weights saved during training, such as step-00100.pt. Each is counted in the same place, and new ones as they come.',
    ),
  });
  const list = element('ul', { class: 'runList' });
  const status = element('p', { class: 'caption', attributes: { role: 'status' } });
  const failure = element('p', { class: 'outcome failed', attributes: { role: 'status' } });
  const tools = element('div', { class: 'compareTools' }, [add.element, data.element, testData.element, stop.element]);
  const root = element('section', { class: 'runSources' }, [heading, intro, tools, list, status, failure]);
  let isStopped = false;
  let listed = '';

  function entry(text: string, title: string, remove: (() => void) | null): HTMLElement {
    const forget = remove && element('button', { class: 'chip', text: t('Remove'), attributes: { type: 'button' } });
    forget?.setAttribute('aria-label', t('Remove {0}', title));
    if (remove) forget?.addEventListener('click', remove);
    return element('li', {}, [element('span', { text }), ...(forget ? [' ', forget] : [])]);
  }

  function testEntry({ label, isChosen }: PanelFile): HTMLElement {
    return entry(t('Test data: {0}', label), label, isChosen ? () => actions.changeSources('removeTestData') : null);
  }

  function drawList(training: PanelTraining): void {
    const next = JSON.stringify([training.runs, training.data?.label, training.data?.samples, training.testData]);
    if (next === listed) return;
    listed = next;
    list.replaceChildren(
      ...training.runs.map((run, i) =>
        entry(
          t('{0} — {1} of {2}', run.place, formatCount(run.counted), plural(run.files, t('snapshot'), t('snapshots'))),
          run.label,
          run.isNamed ? null : () => actions.changeSources('removeRun', i),
        ),
      ),
      ...(training.data
        ? [
            entry(
              t('Data: {0}, {1}', training.data.label, plural(training.data.samples, t('sample'), t('samples'))),
              training.data.label,
              training.data.isChosen ? () => actions.changeSources('removeData') : null,
            ),
          ]
        : []),
      ...(training.testData ? [testEntry(training.testData)] : []),
    );
  }

  return {
    element: root,
    update: ({ training: answer, network }) => {
      const training = answer?.value ?? null;
      const hasRuns = (training?.runs.length ?? 0) > 0;
      isStopped = training?.status === 'stopped';
      setHidden(intro, hasRuns);
      setHidden(stop.element, training === null || !hasRuns);
      setHidden(testData.element, training === null || !hasRuns);
      stop.setText(isStopped ? t('Resume') : training?.status === 'watching' ? t('Stop Watching') : t('Stop'));
      add.setPrimary(!hasRuns);
      if (training !== null) drawList(training);
      setText(status, hasRuns && training !== null ? statusText(training) : '');
      setHidden(status, status.textContent === '');
      const problems = training?.runs.flatMap((run) => run.problems) ?? [];
      setText(failure, network.countRefused ?? answer?.message ?? problems.join(' '));
    },
  };
}

function statusText({ status, runs }: PanelTraining): string {
  const [files, counted] = [
    runs.reduce((sum, run) => sum + run.files, 0),
    runs.reduce((sum, run) => sum + run.counted, 0),
  ];
  switch (status) {
    case 'counting':
      return t('Counting: {0} of {1}', formatCount(counted), plural(files, t('snapshot'), t('snapshots')));
    case 'watching':
      return t('All snapshots are counted. New ones are counted as they come.');
    case 'stopped':
      return t('Stopped. New snapshots are not counted.');
  }
}
