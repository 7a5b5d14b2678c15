import { analyze, type Analysis, type NetworkAnalysis } from '../../../src/analysis/analyze.ts';
import { LineIndex } from '../../../src/analysis/lineIndex.ts';
import { noDefinition, noNetworkProblem } from '../../../src/analysis/noNetwork.ts';
import { boundCells, describeTightest, layerCells, networkSizes, refusals } from '../../../src/report/reportTable.ts';
import { visibleLine } from '../../../src/report/visibleText.ts';
import type { AnalysisView, Definition, NetworkView, ProblemView } from './protocol.ts';

/** What the page shows of a definition: the tables and sentences that the command line prints. */
export function viewOf({ text, fileName }: Definition): AnalysisView {
  const read = analyze(text, fileName);
  if (read === null) {
    const message = `${noDefinition(text, fileName)}.`.replace(/\.\.$/, '.');
    return {
      networks: [],
      problems: [{ severity: 'error', message: capitalized(message), line: 1, start: 0, end: 0 }],
    };
  }
  const analysis = read.networks.length > 0 ? read : read.saying(noNetworkProblem(text, fileName, read.problems));
  return { networks: analysis.networks.map(networkView), problems: problemViews(analysis, new LineIndex(text)) };
}

function networkView(analysis: NetworkAnalysis): NetworkView {
  return {
    name: visibleLine(analysis.network.name),
    inputs: analysis.network.inputSize,
    sizes: networkSizes(analysis),
    layers: layerCells(analysis).map((row) => row.map(visibleLine)),
    bottleneck: describeTightest(analysis, visibleLine),
    bounds: boundCells(analysis).map(([says, figure, id, source, note]) => ({ says, figure, id, source, note })),
    refusals: refusals(analysis).map((line) => line.trim()),
  };
}

function problemViews({ problems }: Analysis, lines: LineIndex): ProblemView[] {
  return problems.flatMap(({ severity, message, span }) =>
    severity === 'hint'
      ? []
      : [{ severity, message: visibleLine(message), line: lines.positionAt(span.start).line + 1, ...span }],
  );
}

function capitalized(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
