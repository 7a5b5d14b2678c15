import type { Argument } from '../../python/evaluation/values.ts';

/** Families of models that are known not to be piecewise linear, by the start of their names. */
const smooth: readonly (readonly [RegExp, string])[] = [
  // Those for small and for edge devices have ReLUs.
  [/^(?:tf_)?efficientnet(?:v2)?_(?!lite|e[sml](?:_|$))/, 'SiLU'],
  [/^(?:tf_)?mobilenet_?v3_(?!\w*minimal)/, 'Hardswish and squeeze-and-excitation'],
  [/^convnext/, 'GELU and normalization'],
  [/^(?:vit|deit3?|beit(?:v2)?|eva02|swin(?:v2)?|maxvit|cait|xcit|levit|pvt(?:_v2)?|twins)_/, 'attention'],
  [/^(?:mixer|gmlp|resmlp)_/, 'GELU'],
  [
    /^(?:regnet_?y|seresnet|seresnext|senet|legacy_seresnet|ecaresnet)/,
    'products with a sigmoid (squeeze-and-excitation)',
  ],
];

/** Functions beside the models. */
const helpers = /^(?:get_|list_|load_|_)/;

/**
 * Why a model that a library builds is not analyzed: a sentence for calls such as
 * `torchvision.models.efficientnet_b0(...)`, `timm.create_model("vit_base_patch16_224")` or `torch.hub.load(...)`;
 * undefined for other calls.
 */
export function whyModelIsNotRead(path: string, args: readonly Argument[]): string | undefined {
  const named = (name: string, place = 0) => {
    const value = (args.find((argument) => argument.name === name) ?? args[place])?.value;
    return typeof value === 'string' ? value : undefined;
  };
  const torchvision = /^torchvision\.models\.(?:\w+\.)?([a-z]\w*)$/.exec(path);
  if (torchvision) {
    const [, name] = torchvision;
    if (name === 'get_model') return sentence('torchvision', named('name'));
    return helpers.test(name) ? undefined : sentence('torchvision', name);
  }
  if (path === 'timm.create_model' || path === 'timm.models.create_model') return sentence('timm', named('model_name'));
  const timm = /^timm\.models\.(?:\w+\.)?([a-z]\w*)$/.exec(path);
  if (timm) return helpers.test(timm[1]) || timm[1] === 'is_model' ? undefined : sentence('timm', timm[1]);
  return path === 'torch.hub.load' ? sentence(named('repo_or_dir') ?? 'torch.hub', named('model', 1)) : undefined;
}

function sentence(library: string, name: string | undefined): string {
  if (name === undefined) return `Which model of ${library} this is is not known, so it is not analyzed.`;
  const plain = name.replace(/^.*\//, '').replace(/\..*$/, '').toLowerCase();
  const [, cause] = smooth.find(([pattern]) => pattern.test(plain)) ?? [];
  return cause === undefined
    ? `The model ${name} of ${library} is not analyzed: its code is not read.`
    : `The model ${name} of ${library} is not piecewise linear because of ${cause}, and its code is not read.`;
}
