import type { Evaluator } from '../../python/evaluation/evaluator.ts';
import { ClassValue, FunctionValue } from '../../python/evaluation/values.ts';
import type { Argument } from '../../python/evaluation/values.ts';

interface Built {
  readonly builder: FunctionValue | ClassValue;
  readonly args: readonly Argument[];
}

/**
 * The function or class that builds a model of torchvision: `torchvision.models.resnet18(...)`,
 * `torch.hub.load("pytorch/vision", "resnet18", ...)`. Undefined for other calls, and for models whose source is not
 * known.
 */
export function modelBuilder(e: Evaluator, path: string, args: readonly Argument[]): Built | undefined {
  const member = /^(torchvision\.models(?:\.\w+)?)\.(\w+)$/.exec(path);
  if (member?.[2] === 'get_model') {
    const [name, ...rest] = args;
    return typeof name?.value === 'string' ? built(e, member[1], name.value.toLowerCase(), rest) : undefined;
  }
  if (member) return built(e, member[1], member[2], args);
  if (path !== 'torch.hub.load') return undefined;
  const [repository, model, ...rest] = args;
  const isKnown = typeof repository?.value === 'string' && /^pytorch\/vision(?::|$)/.test(repository.value);
  return isKnown && typeof model?.value === 'string' ? built(e, 'torchvision.models', model.value, rest) : undefined;
}

function built(e: Evaluator, module: string, name: string, args: readonly Argument[]): Built | undefined {
  const builder = e.loader.library(module)?.scope.get(name);
  return builder instanceof FunctionValue || builder instanceof ClassValue ? { builder, args } : undefined;
}
