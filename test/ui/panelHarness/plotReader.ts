import type { Page } from 'playwright-core';

/** The depth plot read back from its drawing: coordinates turned into numbers by the ticks of the axes alone. */
export interface ReadPlot {
  readonly lines: readonly {
    readonly id: string;
    readonly kind: string;
    readonly xs: number[];
    readonly log10s: number[];
  }[];
  readonly dots: readonly {
    readonly layer: number;
    /** The id of the source of its weights. */
    readonly source: string;
    readonly x: number;
    readonly log10: number;
  }[];
  readonly columns: readonly { readonly layer: number; readonly x: number }[];
  /** Between two columns. */
  readonly step: number;
  /** Most powers of ten that one axis spans. */
  readonly span: number;
}

interface RawPane {
  readonly ticks: readonly { readonly text: string; readonly y: number }[];
  readonly lines: readonly { readonly id: string; readonly kind: string; readonly d: string }[];
  readonly dots: readonly { readonly key: string; readonly x: number; readonly y: number }[];
}

export async function readPlot(page: Page): Promise<ReadPlot> {
  const panes = await page.locator('.depthPlot .pane').evaluateAll((found): RawPane[] =>
    found.map((pane) => ({
      ticks: [...pane.querySelectorAll('.tick')].map((tick) => ({
        text: tick.querySelector('text')?.textContent ?? '',
        y: Number(/,([\d.]+)\)/.exec(tick.getAttribute('transform') ?? '')?.[1]),
      })),
      lines: [...pane.querySelectorAll('.line')].map((line) => ({
        id: line.getAttribute('data-series') ?? '',
        kind: line.classList[1],
        d: line.getAttribute('d') ?? '',
      })),
      dots: [...pane.querySelectorAll('circle')].map((dot) => ({
        key: dot.getAttribute('data-dot') ?? '',
        x: Number(dot.getAttribute('cx')),
        y: Number(dot.getAttribute('cy')),
      })),
    })),
  );
  const columns = await page.locator('.depthPlot .column').evaluateAll((found) =>
    found.map((column) => ({
      layer: Number(column.getAttribute('data-layer')),
      x: Number(column.querySelector('line')?.getAttribute('x1')),
    })),
  );
  const scales = panes.map(scaleOf);
  return {
    columns,
    step: columns.length > 1 ? columns[1].x - columns[0].x : Infinity,
    span: Math.max(...scales.map((scale) => scale.top)),
    lines: panes.flatMap((pane, i) =>
      pane.lines.map(({ id, kind, d }) => {
        const points = [...d.matchAll(/[ML]([\d.]+),([\d.]+)/g)].map((match) => [Number(match[1]), Number(match[2])]);
        return { id, kind, xs: points.map(([x]) => x), log10s: points.map(([, y]) => scales[i].log10(y)) };
      }),
    ),
    dots: panes.flatMap((pane, i) =>
      pane.dots.map(({ key, x, y }) => {
        const [layer, source] = key.split('/');
        return { layer: Number(layer), source, x, log10: scales[i].log10(y) };
      }),
    ),
  };
}

function scaleOf(pane: RawPane): { log10: (y: number) => number; top: number } {
  const powers = pane.ticks.map(({ text, y }) => ({
    power: text === '1' ? 0 : Number(text.slice(2).replaceAll(',', '')),
    y,
  }));
  const bottom = powers[0];
  const top = powers[powers.length - 1];
  return {
    top: top.power,
    log10: (y) => bottom.power + ((y - bottom.y) / (top.y - bottom.y)) * (top.power - bottom.power),
  };
}
