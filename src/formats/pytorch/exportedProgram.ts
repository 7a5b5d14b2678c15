import { NOWHERE, type Problem } from '../../network/definition.ts';
import type { BinaryFormat } from '../binary/models.ts';
import type { ReadOptions, ReadResult } from '../format.ts';
import { nameFromFile } from '../names.ts';
import { networkOf } from '../onnx/graph.ts';
import { isZip, openZip } from '../weights/zip.ts';
import { WeightsError, type ByteSource, type WeightsFile } from '../weights/weightsFile.ts';
import { exportedIn, tensorsOf, type ExportedArchive } from './exportedArchive.ts';
import { ExportedGraph } from './exportedGraph.ts';
import { jsonIn } from './exportedJson.ts';

/** A file of `torch.export.save` (.pt2): the graph of ATen operators in it is followed. */
export const exportedProgram: BinaryFormat = {
  id: 'torch-export',
  hasPlainWeights: true,
  sniff(source) {
    return isZip(source.read(0, Math.min(16, source.size))) && exportedIn(openZip(source)) !== null;
  },
  read: readProgram,
};

function readProgram(source: ByteSource, options: ReadOptions): ReadResult {
  const exported = exportedIn(openZip(source))!;
  const { model, problems: chosen } = chosenModel(exported);
  const program = jsonIn(exported.archive, exported.programs.get(model)!);
  const graph = new ExportedGraph(source.name, program, tensorsOf(exported, model));
  const { network, problems } = networkOf(graph.model(), nameFromFile(source.name), options);
  return { format: 'torch-export', networks: [network], problems: [...chosen, ...problems] };
}

/** `torch.export.save` calls its program `model`; an archive that was put together by hand may hold several. */
function chosenModel({ archive, programs }: ExportedArchive): { model: string; problems: readonly Problem[] } {
  const names = [...programs.keys()];
  const model = programs.has('model') ? 'model' : names[0];
  if (names.length === 1) return { model, problems: [] };
  const message = `${archive.name} holds ${names.length} programs: ${model} is read.`;
  return { model, problems: [{ code: 'choice', severity: 'information', message, span: NOWHERE }] };
}

/** The weights of an exported program by themselves. Throws a `WeightsError` where there are none. */
export function exportedWeights(exported: ExportedArchive): WeightsFile {
  const { name } = exported.archive;
  const { model, problems } = chosenModel(exported);
  const tensors = [...tensorsOf(exported, model)].map(([path, { shape, values }]) => ({ name: path, shape, values }));
  if (tensors.length === 0) throw new WeightsError(`${name} was written by PyTorch, but holds no tensors.`);
  return { kind: 'pytorch', name, tensors, model: null, ...(problems[0] && { choice: problems[0].message }) };
}
