import { select } from 'd3-selection';
import { t } from '../app/strings.ts';
import type { View } from '../app/view.ts';
import { element, svgElement } from '../widgets/dom.ts';
import { layerHue } from './layerColor.ts';
import type { Coloring } from './regionColor.ts';
import { lineStyle } from './regionPainter.ts';

/** Layers named in the caption; deeper ones are hard to distinguish by eye. */
const NAMED_LAYERS = 4;

/** How lines tell layers apart, by example. */
export function drawLegend(
  legend: HTMLElement,
  drawn: readonly { layer: number }[],
  { coloring, thinning }: { readonly coloring: Coloring; readonly thinning: number },
  view: View,
): void {
  const layers = drawn.slice(0, NAMED_LAYERS);
  const names = layers.map(
    ({ layer }) => view.network.layers.find((one) => one.index === layer)?.name ?? t('layer {0}', layer),
  );
  const rest = drawn.length - layers.length;
  const key = `${coloring}${names.join()}+${rest}/${thinning}`;
  if (legend.dataset.key === key) return;
  legend.dataset.key = key;
  const samples = names.map((name, depth) => {
    const hue = coloring === 'layers' ? layerHue(depth, drawn.length) : null;
    return element('span', { class: 'legendEntry' }, [lineSample(depth, hue), name]);
  });
  const says = {
    gradient: t('Color: direction and size of the gradient. '),
    regions: t('Each region has a color of its own. '),
    layers: '',
  };
  const thinned =
    thinning === 1
      ? []
      : [
          element('span', {
            class: 'thinned',
            text: t('One line in {0} of the densest layer is drawn: zoom in for all.', thinning),
          }),
        ];
  legend.replaceChildren(
    `${says[coloring]}${t('Lines: ')}`,
    ...samples,
    rest > 0 ? t('and {0} deeper', rest) : '',
    ...thinned,
  );
}

function lineSample(depth: number, hue: number | null): SVGSVGElement {
  const style = lineStyle(depth);
  const sample = select(svgElement('svg'));
  sample.attr('class', 'lineSample').attr('width', 18).attr('height', 8).attr('aria-hidden', 'true');
  const line = sample.append('line').attr('x1', 1).attr('x2', 16).attr('y1', 4).attr('y2', 4);
  line.attr('stroke-width', style.width);
  if (hue !== null) line.attr('class', 'layerHue').style('--hue', hue);
  else line.attr('stroke-opacity', Math.min(1, style.opacity + 0.1));
  return sample.node() as SVGSVGElement;
}
