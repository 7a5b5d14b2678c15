import { element, setText } from './dom.ts';
import { t } from './strings.ts';

export interface EmptyState {
  readonly element: HTMLElement;
  showLoading(): void;
  showMessage(message: string): void;
}

/** What stands here while there is no network: reading, or what to do. */
export function createEmptyState(): EmptyState {
  const title = element('h1', {});
  const text = element('p', { class: 'muted' });
  const root = element('div', { class: 'empty', attributes: { role: 'status' } }, [title, text]);
  return {
    element: root,
    showLoading: () => {
      root.classList.add('loading');
      setText(title, t('Reading the network…'));
      setText(text, '');
    },
    showMessage: (message) => {
      root.classList.remove('loading');
      setText(title, t('No network here'));
      setText(text, message);
    },
  };
}
