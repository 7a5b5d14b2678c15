import { branched } from './branched.ts';
import { chains } from './chains.ts';
import { joined } from './joined.ts';
import { mobile } from './mobile.ts';
import { resnet } from './resnet.ts';

const models = [resnet, chains, joined, mobile, branched].join('\n');
const modules = [
  'alexnet',
  'resnet',
  'vgg',
  'squeezenet',
  'densenet',
  'mobilenet',
  'mobilenetv2',
  'mnasnet',
  'googlenet',
  'inception',
  'shufflenetv2',
];

/**
 * The models of torchvision that are piecewise linear, as Python that the evaluator follows like any imported file:
 * their layers, arguments and names of parameters are those of the library, so that its state dicts fit.
 */
export const torchvisionModels = `
import torch
import torch.nn as nn
import torch.nn.functional as F
${modules.map((name) => `from torchvision import models as ${name}`).join('\n')}
${models}
`;

/** Whether a path is that of `torchvision.models` or of a module in it whose models are here. */
export function isTorchvisionModels(path: string): boolean {
  const [known, module] = /^torchvision\.models(?:\.(\w+))?$/.exec(path) ?? [];
  return known !== undefined && (module === undefined || modules.includes(module));
}
