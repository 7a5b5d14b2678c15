import type { PanelSeries, Quantity } from '../../src/protocol/panel.ts';
import { formatCount, formatLog10 } from '../../src/common/formatFigures.ts';
import type { Actions, Section } from '../app/actions.ts';
import { element, setPowerText, setText } from '../widgets/dom.ts';
import { describeCounted, spreadText, type Meaning } from '../tables/figures.ts';
import { witnessOf, witnessSeries } from '../tables/witness.ts';
import { exactText, formatDomain, LONG_INTEGER, NO_FIGURE, plural } from '../format.ts';
import { describeFileWeights, type View } from '../app/view.ts';
import { t } from '../app/strings.ts';

interface TileContent {
  readonly title: string;
  readonly domain: string;
  readonly value: string;
  /** The theorem, or how it was counted. */
  readonly source: string;
  readonly url: string | null;
  /** The tooltip of the tile. */
  readonly detail: string;
}

/** The four figures of the whole network: at most, can reach, expected, counted. */
export function createTiles(actions: Actions): Section {
  const tiles = {
    atMost: createTile('atMost', actions),
    canReach: createTile('canReach', actions),
    expected: createTile('expected', actions),
    counted: createTile('counted', actions),
  };
  const root = element(
    'section',
    { class: 'tiles', attributes: { 'aria-label': t('The whole network') } },
    Object.values(tiles).map((tile) => tile.element),
  );
  function update(view: View): void {
    const { network } = view;
    const witness = witnessOf(view);
    const canReach = witness ? witnessSeries(witness, view) : network.canReach;
    const certain = isMaximum(network.atMost, canReach);
    const whole = network.atMost?.domain ?? network.canReach?.domain ?? '';
    tiles.atMost.set(seriesContent(t('at most'), whole, network.atMost, t('no upper bound applies'), certain));
    tiles.canReach.set(seriesContent(t('can reach'), whole, canReach, t('no construction applies'), certain));
    tiles.expected.set(seriesContent(t('expected'), view.theoryDomain, view.expected, view.noMean ?? '', false));
    tiles.counted.set(countedContent(view));
  }
  return { element: root, update };
}

/** Bound and construction agree to the last digit: the true maximum is known. */
function isMaximum(atMost: PanelSeries | null, canReach: PanelSeries | null): boolean {
  const exact = atMost?.total?.exact ?? null;
  return exact !== null && exact === canReach?.total?.exact;
}

function seriesContent(
  title: string,
  domain: string,
  series: PanelSeries | null,
  absent: string,
  certain: boolean,
): TileContent {
  if (series === null || series.total === null) {
    const reason = series?.note ?? absent;
    return { title, domain, value: NO_FIGURE, source: reason, url: null, detail: reason };
  }
  const source = certain ? t('attained · {0}', series.label) : series.label;
  const detail = [details(series.total), t('on {0}', formatDomain(series.domain)), series.note ?? '', series.label];
  const { text } = series.total;
  return { title, domain, value: text, source, url: series.url || null, detail: detail.filter(Boolean).join('\n') };
}

function details(quantity: Quantity): string {
  return quantity.exact !== null && quantity.exact.length > LONG_INTEGER ? quantity.exact : exactText(quantity);
}

function countedContent(view: View): TileContent {
  const head = { title: describeCounted(view), domain: view.countDomain, url: null };
  const { countedTotal: spread, run, network, outdated } = view;
  const blank = (source: string): TileContent => ({ ...head, value: NO_FIGURE, source, detail: source });
  if (network.countRefused !== null && spread === null) return blank(network.countRefused);
  if (outdated) return blank(t('changed since: count again'));
  if (spread === null || run === null) return blank(run?.status === 'running' ? t('counting…') : t('not counted yet'));
  const stopped = view.counts.filter((count) => !count.exact).length;
  const networks = run.settings.fileWeights
    ? describeFileWeights(network)
    : plural(spread.counts, t('network'), t('networks'));
  const certainty = view.sampled ? t('a lower bound') : stopped > 0 ? t('{0} stopped early', stopped) : t('exact');
  const bound = boundOfWeights(view);
  const source = [networks, certainty, ...(bound === null ? [] : [bound.text])].join(', ');
  const detail = t('{0}; activation regions, mean ± standard deviation', source);
  return { ...head, value: spreadText(spread), source, detail: bound === null ? detail : `${detail}\n${bound.why}` };
}

/** What one network's weights allow at most where it was counted, if that is less than all weights allow there. */
function boundOfWeights({ counts, network, run }: View): { readonly text: string; readonly why: string } | null {
  const [count] = counts;
  if (counts.length !== 1 || !count.atMost) return null;
  const known = (run?.theory.slice ?? network.atMost)?.total?.log10 ?? Infinity;
  if (count.atMost.log10 > known - 1e-9) return null;
  const { value, log10, units, switching } = count.atMost;
  const most = formatLog10(log10, 'power', value === null ? null : BigInt(value));
  return {
    text: t('at most {0} with these weights', most),
    why: t('{0} of {1} units can switch here.', formatCount(switching), formatCount(units)),
  };
}

function createTile(meaning: Meaning, actions: Actions): { element: HTMLElement; set(content: TileContent): void } {
  const title = element('span', {});
  const domain = element('span', { class: 'tileDomain' });
  const value = element('p', { class: `tileValue ${meaning}` });
  const link = element('a', { class: 'tileSource' });
  const plain = element('p', { class: 'tileSource' });
  const heading = element('h2', { class: 'tileTitle' }, [
    element('span', { class: `swatch ${meaning}` }),
    title,
    ' ',
    domain,
  ]);
  const root = element('div', { class: `tile ${meaning}Tile` }, [heading, value, link, plain]);
  link.addEventListener('click', (event) => {
    event.preventDefault();
    actions.open(link.href);
  });
  return {
    element: root,
    set: (content) => {
      setText(title, content.title);
      setText(domain, content.domain === '' ? '' : t('on {0}', formatDomain(content.domain)));
      setTileValue(value, content.value);
      value.classList.toggle('none', content.value === NO_FIGURE);
      setText(content.url === null ? plain : link, content.source);
      link.hidden = content.url === null;
      plain.hidden = content.url !== null;
      if (content.url !== null) link.href = content.url;
      root.title = content.detail;
    },
  };
}

/** The spread stands smaller behind the figure. */
function setTileValue(node: HTMLElement, text: string): void {
  const at = text.indexOf(' ± ');
  if (at < 0) return setPowerText(node, text);
  if (node.textContent === text) return;
  node.replaceChildren(text.slice(0, at), element('span', { class: 'spread', text: text.slice(at) }));
}
