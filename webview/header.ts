import type { Actions, Section } from './actions.ts';
import { element, setHidden, setText } from './dom.ts';
import { exportItems } from './exportItems.ts';
import { formatCount, plural } from './format.ts';
import { createMenu } from './menu.ts';
import { t } from './strings.ts';
import { button, dropdown } from './toolkit.ts';
import type { View } from './view.ts';

/** The network's name (a list of them where the file has several), its make-up, and what can be done with it. */
export function createHeader(actions: Actions, plots: readonly HTMLElement[], picture: HTMLElement): Section {
  const name = element('h1', {});
  const architecture = element('p', { class: 'architecture' });
  const size = element('p', { class: 'muted size' });
  const networks = dropdown(t('Network'), (key) => actions.select(key));
  const count = button(t('Count'), 'primary', () => (running ? actions.cancel() : actions.count()));
  const exports = createMenu(t('Export'), exportItems(actions, () => view, plots, picture)); // prettier-ignore
  const pin = element('button', { class: 'chip', attributes: { type: 'button' } });
  pin.addEventListener('click', () => view && actions.pin(!view.pinned));
  const tab = element('button', { class: 'chip', text: t('open in a tab'), attributes: { type: 'button' } });
  tab.addEventListener('click', () => actions.openTab());
  const root = element('header', { class: 'header' }, [
    element('div', { class: 'headerText' }, [
      name,
      networks.element,
      architecture,
      size,
      element('p', { class: 'chips' }, [pin, tab]),
    ]),
    element('div', { class: 'headerButtons' }, [exports, count.element]),
  ]);
  let running = false;
  let view: View | null = null;

  function update(next: View): void {
    view = next;
    const { model, network, pinned, home } = next;
    const several = model.networks.length > 1;
    setText(name, network.name);
    name.classList.toggle('visuallyHidden', several);
    setHidden(networks.element, !several);
    if (several) networks.setChoices(choices(model.networks), network.key);
    setText(architecture, network.architecture);
    architecture.title = network.architecture;
    setText(
      size,
      [
        plural(network.neurons, t('neuron'), t('neurons')),
        ...(network.parameters === null ? [] : [plural(network.parameters, t('parameter'), t('parameters'))]),
        model.file,
      ].join(' · '),
    );
    setText(pin, pinned ? t('kept: follow the editor again') : t('follows the editor: keep this file'));
    pin.setAttribute('aria-pressed', String(pinned));
    setHidden(tab, home === 'tab');
    running = next.run?.status === 'running';
    count.setText(running ? t('Cancel') : t('Count'));
    count.setPrimary(!running);
    count.setDisabled(network.countRefused !== null && !running);
    count.element.title = network.countRefused ?? t('Count the regions of {0} networks', formatCount(next.settings.seeds)); // prettier-ignore
  }
  return { element: root, update };
}

function choices(networks: View['model']['networks']): { value: string; text: string }[] {
  return networks.map((network) => ({ value: network.key, text: network.name }));
}
