import type { PanelCommand } from '../../src/protocol/messages.ts';
import type { Actions } from '../app/actions.ts';
import { t } from '../app/strings.ts';
import { element, plainButton } from '../widgets/dom.ts';

const COMMANDS: readonly [PanelCommand, string][] = [
  ['openExample', t('Open Example')],
  ['newNetwork', t('New Network')],
  ['openNetwork', t('Open Network…')],
  ['learnMore', t('What Is a Linear Region?')],
];

/** What stands in place of a network; `message`: what to do about it. */
export function emptyPage(message: string, actions: Pick<Actions, 'run'>): HTMLElement[] {
  // The widgets are not loaded where there is nothing to show.
  const buttons = COMMANDS.map(([command, text]) => plainButton('plainButton', text, () => actions.run(command)));
  return [
    element('h1', { text: t('No network open') }),
    element('p', { class: 'muted', text: message }),
    element('p', { class: 'emptyActions' }, buttons),
  ];
}
