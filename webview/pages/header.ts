import { formatCount } from '../../src/common/formatFigures.ts';
import type { Actions, Section } from '../app/actions.ts';
import { element, plainButton, setHidden, setText } from '../widgets/dom.ts';
import { plural } from '../format.ts';
import { t } from '../app/strings.ts';
import type { ButtonWidget, DropdownWidget } from '../widgets/toolkit.ts';
import { isCovered, type View } from '../app/view.ts';

/** What the header is asked with; it stands without them until they are there. */
export interface HeaderWidgets {
  readonly networks: DropdownWidget;
  readonly exports: HTMLElement;
  readonly count: ButtonWidget;
}

export interface Header extends Section {
  complete(widgets: HeaderWidgets): void;
}

/** The network's name (a list of them where the file has several), its make-up, and what can be done with it. */
export function createHeader(actions: Pick<Actions, 'pin' | 'openTab'>): Header {
  const name = element('h1', {});
  const architecture = element('p', { class: 'architecture' });
  const size = element('p', { class: 'muted size' });
  const pin = plainButton('chip', '', () => view && actions.pin(!view.pinned));
  const tab = plainButton('chip', t('Open in Editor'), () => actions.openTab());
  const chips = element('p', { class: 'chips' }, [pin, tab]);
  const buttons = element('div', { class: 'headerButtons' });
  let view: View | null = null;
  let widgets: HeaderWidgets | null = null;
  return {
    element: element('header', { class: 'header' }, [
      element('div', { class: 'headerText' }, [name, architecture, size, chips]),
      buttons,
    ]),
    update: (next) => {
      view = next;
      const { network, pinned, home, model } = next;
      setText(name, network.name);
      setText(architecture, network.architecture);
      architecture.title = network.architecture;
      setText(size, sizeText(next));
      setText(pin, pinned ? t('Follow Active Editor') : t('Pin to This File'));
      pin.setAttribute('aria-pressed', String(pinned));
      setHidden(tab, home === 'tab');
      if (widgets === null) return;
      name.classList.toggle('visuallyHidden', model.networks.length > 1);
      updateWidgets(widgets, next);
    },
    complete: (made) => {
      widgets = made;
      name.after(made.networks.element);
      buttons.append(made.exports, made.count.element);
    },
  };
}

/** The list stands in place of the name. */
function updateWidgets({ networks, count }: HeaderWidgets, { model, network, run, settings }: View): void {
  const several = model.networks.length > 1;
  setHidden(networks.element, !several);
  if (several) networks.setChoices(choices(model.networks), network.key);
  const running = run?.status === 'running';
  count.setText(running ? t('Cancel') : t('Count'));
  count.setPrimary(!running);
  count.setDisabled(network.countRefused !== null && !running);
  count.element.title = network.countRefused ?? t('Count the regions of {0} networks', formatCount(settings.seeds));
}

function sizeText({ model, network }: View): string {
  const { parameters } = network;
  const counted = parameters === null ? [] : [plural(parameters, t('parameter'), t('parameters'))];
  return [neuronsText(network), ...counted, model.file].join(' · ');
}

/** Where the piecewise-linear part ends early, the neurons are those before its end. */
function neuronsText({ neurons, layers }: View['network']): string {
  const count = plural(neurons, t('neuron'), t('neurons'));
  if (layers.every(isCovered)) return count;
  const end =
    layers.find((layer) => layer.neurons === 0 && layer.activation !== '') ?? layers.find((layer) => !isCovered(layer));
  return t('{0} before {1}', count, end?.name ?? '');
}

function choices(networks: View['model']['networks']): { value: string; text: string }[] {
  return networks.map((network) => ({ value: network.key, text: network.name }));
}
