import type { Format, ReadOptions, ReadResult } from '../format.ts';
import { nameFromFile } from '../names.ts';
import { networkOf } from '../onnx/graph.ts';
import { DarknetGraph } from './graph.ts';
import { sectionsIn } from './sections.ts';
import { looksLikeDarknet } from './sniff.ts';

/** A configuration of Darknet (.cfg): a list of layers, each of which reads the one before it unless it says so. */
export const darknet: Format = {
  id: 'darknet',
  sniff: looksLikeDarknet,
  read: readDarknet,
};

function readDarknet(text: string, fileName: string, options: ReadOptions): ReadResult {
  const [net, ...layers] = sectionsIn(text);
  if (layers.length === 0) return { format: 'darknet', networks: [], problems: [] };
  const graph = new DarknetGraph(net);
  const fault = graph.inputFault();
  if (fault) return { format: 'darknet', networks: [], problems: [fault] };
  for (const layer of layers) graph.add(layer);
  const { network, problems } = networkOf(graph.model(text.length), nameFromFile(fileName), options);
  return { format: 'darknet', networks: [network], problems };
}
