import { describe, expect, it } from 'vitest';
import { buildNetwork } from '../../../../../src/network/build.ts';
import type { NetworkDefinition } from '../../../../../src/network/definition.ts';
import { totalParameters } from '../../../../../src/network/parameters.ts';
import { imports, readPython } from './read.ts';

const parametersOf = (definition: NetworkDefinition) => totalParameters(buildNetwork(definition).network.layers);

function networksOf(source: string): readonly NetworkDefinition[] {
  return readPython(`import torchvision\nfrom torchvision import models\n${source}`).networks;
}

/** Parameters as torchvision's documentation states them. */
const published = Object.entries({
  resnet18: 11_689_512,
  resnet34: 21_797_672,
  resnet50: 25_557_032,
  resnet101: 44_549_160,
  resnet152: 60_192_808,
  resnext50_32x4d: 25_028_904,
  resnext101_32x8d: 88_791_336,
  resnext101_64x4d: 83_455_272,
  wide_resnet50_2: 68_883_240,
  wide_resnet101_2: 126_886_696,
  alexnet: 61_100_840,
  vgg11: 132_863_336,
  vgg11_bn: 132_868_840,
  vgg13: 133_047_848,
  vgg13_bn: 133_053_736,
  vgg16: 138_357_544,
  vgg16_bn: 138_365_992,
  vgg19: 143_667_240,
  vgg19_bn: 143_678_248,
  squeezenet1_0: 1_248_424,
  squeezenet1_1: 1_235_496,
  densenet121: 7_978_856,
  densenet161: 28_681_000,
  densenet169: 14_149_480,
  densenet201: 20_013_928,
  mobilenet_v2: 3_504_872,
  mnasnet0_5: 2_218_512,
  mnasnet0_75: 3_170_208,
  mnasnet1_0: 4_383_312,
  mnasnet1_3: 6_282_256,
  googlenet: 6_624_904,
  shufflenet_v2_x0_5: 1_366_792,
  shufflenet_v2_x1_0: 2_278_604,
  shufflenet_v2_x1_5: 3_503_624,
  shufflenet_v2_x2_0: 7_393_996,
});

describe('models whose code is not read', () => {
  it.each([
    ['models.efficientnet_b0()', 'efficientnet_b0 of torchvision is not piecewise linear because of SiLU'],
    ['models.vit_b_16(weights="DEFAULT")', 'not piecewise linear because of attention'],
    ['models.mobilenet_v3_small()', 'Hardswish'],
    ['models.regnet_x_400mf()', 'regnet_x_400mf of torchvision is not analyzed: its code is not read'],
    ['models.segmentation.fcn_resnet50()', 'fcn_resnet50 of torchvision is not analyzed'],
    ['timm.create_model("resnet50d", pretrained=True)', 'resnet50d of timm is not analyzed: its code is not read'],
    ['timm.create_model(model_name="vit_base_patch16_224")', 'because of attention'],
    ['timm.create_model("tf_efficientnet_lite0.in1k")', 'tf_efficientnet_lite0.in1k of timm is not analyzed'],
    ['timm.create_model("efficientnet_es_pruned")', 'efficientnet_es_pruned of timm is not analyzed'],
    ['timm.create_model("tf_mobilenetv3_large_minimal_100")', 'is not analyzed: its code is not read'],
    ['timm.create_model("tf_efficientnet_es")', 'is not analyzed: its code is not read'],
    ['timm.create_model("tf_efficientnet_el")', 'is not analyzed: its code is not read'],
    ['timm.create_model("efficientnet_em")', 'is not analyzed: its code is not read'],
    ['timm.create_model(args.model)', 'Which model of timm this is is not known'],
    ['torch.hub.load("ultralytics/yolov5", "yolov5s")', 'yolov5s of ultralytics/yolov5 is not analyzed'],
  ])('%s is named at its call', (call, part) => {
    const text = `import timm, torchvision\nfrom torchvision import models\nnet = ${call}`;
    const { networks, problems } = readPython(text);
    expect(networks).toEqual([]);
    expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining(part)]);
    const { start, end } = problems[0].span;
    expect((imports + text).slice(start, end)).toBe(call);
  });

  it('are named where a network is made around one', () => {
    const source = `import timm
class Net(nn.Module):  # @region-lens input = (3, 32, 32)
    def __init__(self):
        super().__init__()
        self.body = timm.create_model("convnext_tiny", num_classes=0)
        self.head = nn.Linear(768, 10)
    def forward(self, x):
        return self.head(self.body(x))
net = Net()`;
    expect(
      readPython(source)
        .problems.map(({ message }) => message)
        .join(' '),
    ).toContain('because of GELU');
  });
});

describe('models of torchvision', () => {
  it.each(published)('%s has the %d parameters that are published', (name, parameters) => {
    const found = networksOf(`net = models.${name}(weights="DEFAULT")\nnet(torch.zeros(1, 3, 224, 224))`);
    expect(found.map(parametersOf)).toEqual([parameters]);
    const [{ layers }] = found;
    expect(layers.at(-1)).toMatchObject({ type: name.startsWith('squeeze') ? 'flatten' : 'dense' });
  });

  it.each([
    ['resnet18', ['layer1.0.conv1', 'layer2.0.downsample.0', 'layer4.1.bn2', 'fc']],
    ['vgg11_bn', ['features.0', 'features.26', 'classifier.6']],
    ['squeezenet1_0', ['features.3.squeeze', 'features.12.expand3x3', 'classifier.1']],
    ['densenet121', ['features.conv0', 'features.denseblock4.denselayer16.conv2', 'features.transition3.norm']],
    ['mobilenet_v2', ['features.0.0', 'features.1.conv.0.0', 'features.18.1', 'classifier.1']],
    ['mnasnet1_0', ['layers.0', 'layers.8.0.layers.3', 'layers.13.0.layers.7', 'classifier.1']],
  ])('name the layers of %s as its state dict does', (name, layers) => {
    const [definition] = networksOf(`net = models.${name}()\nnet(torch.zeros(1, 3, 224, 224))`);
    expect(definition.layers.map((layer) => layer.name)).toEqual(expect.arrayContaining(layers));
  });

  it.each([
    ['a module of its own', 'from torchvision.models.resnet import resnet18\nnet = resnet18(num_classes=10)'],
    ['its full path', 'net = torchvision.models.resnet18(num_classes=10)'],
    ['its name', 'net = models.get_model("resnet18", num_classes=10)'],
    ['getattr', 'net = getattr(models, "resnet18")(pretrained=True, num_classes=10)'],
    ['the hub', 'net = torch.hub.load("pytorch/vision:v0.10.0", "resnet18", num_classes=10)'],
    ['another last layer', 'net = models.resnet18(True)\nnet.fc = nn.Linear(net.fc.in_features, 10)'],
    [
      'a class that extends it',
      `class Net(models.ResNet):
    def __init__(self):
        super().__init__(models.resnet.BasicBlock, [2, 2, 2, 2], num_classes=10)
net = Net()`,
    ],
  ])('are found by %s', (_how, source) => {
    const found = networksOf(`${source}\nnet(torch.zeros(1, 3, 32, 32))`);
    expect(found.map(({ name }) => name)).toEqual(['net']);
    expect(found.map(parametersOf)).toEqual([11_181_642]);
  });

  it('are not networks of their own where another one takes their parts', () => {
    const found = networksOf(`
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        backbone = models.resnet18(weights=None)
        self.features = nn.Sequential(*list(backbone.children())[:-1])
        self.head = nn.Linear(512, 5)
    def forward(self, x):
        return self.head(torch.flatten(self.features(x), 1))
net = Net()
net(torch.zeros(1, 3, 32, 32))
`);
    expect(found.map(({ name }) => name)).toEqual(['net']);
    expect(found.map(parametersOf)).toEqual([11_689_512 - 513_000 + 2_565]);
  });

  it('stand where they are called', () => {
    const source =
      'import torch\nfrom torchvision import models\nnet = models.alexnet()\nnet(torch.zeros(1, 3, 64, 64))';
    const [{ layers }] = readPython(source).networks;
    const call = imports.length + source.indexOf('models.alexnet');
    for (const { span } of layers) expect(span.start).toBe(call);
  });

  it('are asked for their input where the file shows none', () => {
    const { networks, problems } = readPython('from torchvision import models\nnet = models.vgg11()');
    expect(networks.map(({ name }) => name)).toEqual(['net']);
    expect(problems).toMatchObject([{ code: 'missing-input-shape' }]);
  });

  it('of which the source is not known are not read', () => {
    expect(networksOf('net = models.efficientnet_b0()\nnet(torch.zeros(1, 3, 224, 224))')).toEqual([]);
  });
});
