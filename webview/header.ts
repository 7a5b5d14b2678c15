import type { Actions, Section } from './actions.ts';
import { element, setHidden, setText } from './dom.ts';
import { formatCount, plural } from './format.ts';
import { createMenu } from './menu.ts';
import { button, dropdown } from './toolkit.ts';
import type { View } from './view.ts';

/** The network's name (a list of them where the file has several), its make-up, and what can be done with it. */
export function createHeader(actions: Actions): Section {
  const name = element('h1', {});
  const architecture = element('p', { class: 'architecture' });
  const size = element('p', { class: 'muted size' });
  const networks = dropdown('Network', (key) => actions.select(key));
  const count = button('Count', 'primary', () => (running ? actions.cancel() : actions.count()));
  const exports = createMenu('Export', [
    { text: 'Copy numbers as Markdown', run: () => actions.copyMarkdown() },
    { text: 'Copy numbers as CSV', run: () => actions.copyCsv() },
    { text: 'Save numbers as CSV…', run: () => actions.saveCsv() },
    { text: 'Save plots as SVG…', run: () => actions.savePlot() },
  ]);
  const root = element('header', { class: 'header' }, [
    element('div', { class: 'headerText' }, [name, networks.element, architecture, size]),
    element('div', { class: 'headerButtons' }, [exports, count.element]),
  ]);
  let running = false;

  function update(view: View): void {
    const { model, network } = view;
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
        `${formatCount(network.neurons)} neurons`,
        ...(network.parameters === null ? [] : [plural(network.parameters, 'parameter')]),
        model.file,
      ].join(' · '),
    );
    running = view.run?.status === 'running';
    count.setText(running ? 'Cancel' : 'Count');
    count.setPrimary(!running);
    count.setDisabled(network.countRefused !== null && !running);
    count.element.title = network.countRefused ?? '';
  }
  return { element: root, update };
}

function choices(networks: View['model']['networks']): { value: string; text: string }[] {
  return networks.map((network) => ({ value: network.key, text: network.name }));
}
