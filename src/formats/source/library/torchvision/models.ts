import { chains } from './chains.ts';
import { joined } from './joined.ts';
import { mobile } from './mobile.ts';
import { resnet } from './resnet.ts';

const models = [resnet, chains, joined, mobile].join('\n');
const builders = Array.from(models.matchAll(/^def ([a-z]\w*)\(weights/gm), ([, name]) => name);
const modules = ['alexnet', 'resnet', 'vgg', 'squeezenet', 'densenet', 'mobilenet', 'mobilenetv2', 'mnasnet'];

/**
 * The models of torchvision that are piecewise linear, as Python that the evaluator follows like any imported file:
 * their layers, arguments and names of parameters are those of the library, so that its state dicts fit.
 */
const text = `
import torch
import torch.nn as nn
import torch.nn.functional as F
${modules.map((name) => `from torchvision import models as ${name}`).join('\n')}
${models}
_builders = {${builders.map((name) => `'${name}': ${name}`).join(', ')}}

def get_model(name, **config):
    return _builders[name.lower()](**config)
`;

/** The source of `torchvision.models` and of the modules in it; undefined for other paths. */
export function torchvisionSource(path: string): string | undefined {
  const [known, module] = /^torchvision\.models(?:\.(\w+))?$/.exec(path) ?? [];
  return known !== undefined && (module === undefined || modules.includes(module)) ? text : undefined;
}
