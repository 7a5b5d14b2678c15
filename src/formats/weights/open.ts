import type { ByteSource, WeightsFile } from './weightsFile.ts';
import { WeightsError, wholeOf } from './weightsFile.ts';
import { foreignArchive, foreignBytes } from '../foreign/bytes.ts';
import { isLegacyTorch, isTorchArchive, readLegacyTorch, readTorchArchive } from '../pytorch/checkpoint.ts';
import { exportedIn } from '../pytorch/exportedArchive.ts';
import { exportedWeights } from '../pytorch/exportedProgram.ts';
import { torchWeights } from '../pytorch/stateDict.ts';
import { isHdf5, readHdf5 } from './hdf5.ts';
import { isNpy, readNpy, readNpz } from './numpy.ts';
import { isSafetensors, readSafetensors } from './safetensors.ts';
import { isZip, openZip, type Archive } from './zip.ts';

/**
 * A weights file, recognized by its first bytes. Throws a `WeightsError` that says what the file is not, or what is
 * wrong.
 */
export function openWeights(source: ByteSource): WeightsFile {
  const head = source.read(0, Math.min(16, source.size));
  if (isHdf5(head)) return readHdf5(source.name, wholeOf(source));
  if (isZip(head)) return openArchive(openZip(source));
  if (isLegacyTorch(head)) return torchWeights(readLegacyTorch(source));
  if (isNpy(head)) return readNpy(source);
  if (isSafetensors(source)) return readSafetensors(source);
  throw new WeightsError(
    foreignBytes(source) ??
      `${source.name} is not a weights file that can be read: HDF5 (.h5), .keras, PyTorch (.pt, .pth, .bin), safetensors, .npz, .npy, or the shards that a TensorFlow.js model.json names.`,
  );
}

function readNpzOf(archive: Archive): WeightsFile {
  const foreign = archive.names.some((name) => name.endsWith('.npy')) ? null : foreignArchive(archive);
  if (foreign !== null) throw new WeightsError(foreign);
  return readNpz(archive);
}

/** A `.keras` archive holds the model and its weights side by side; `numpy.savez` writes arrays alone. */
function openArchive(archive: Archive): WeightsFile {
  const weights = archive.names.find((name) => /(^|\/)model\.weights\.h5$/.test(name));
  const exported = exportedIn(archive);
  if (exported) return exportedWeights(exported);
  if (isTorchArchive(archive)) return torchWeights(readTorchArchive(archive));
  if (weights === undefined) return readNpzOf(archive);
  const { tensors } = readHdf5(`${archive.name} (${weights})`, archive.file(weights));
  const config = archive.names.find((name) => /(^|\/)config\.json$/.test(name));
  const model = config === undefined ? null : new TextDecoder().decode(archive.file(config));
  return { kind: 'keras', name: archive.name, tensors, model };
}
