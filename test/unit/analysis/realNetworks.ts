/** Keras layers in the order they are written, as `model.to_json()` of Keras 2 has them. */
interface KerasLayer {
  readonly class_name: string;
  readonly config: Record<string, unknown>;
  readonly name?: string;
  readonly inbound_nodes?: unknown;
}

const image = [null, 224, 224, 3];

function json(className: string, config: object): string {
  return JSON.stringify({ class_name: className, config, keras_version: '2.15.0', backend: 'tensorflow' });
}

/** VGG16 (Simonyan, Zisserman 2015) with its classifier on 224 x 224 images, in sequence. */
export function vgg16(): string {
  const layers: KerasLayer[] = [];
  const add = (class_name: string, name: string, config: object) =>
    layers.push({ class_name, config: { name, ...config } });
  const blocks = [64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0];
  for (const [i, filters] of blocks.entries()) {
    if (filters === 0) add('MaxPooling2D', `pool${i}`, { pool_size: [2, 2], strides: [2, 2], padding: 'valid' });
    else
      add('Conv2D', `conv${i}`, {
        filters,
        kernel_size: [3, 3],
        strides: [1, 1],
        padding: 'same',
        activation: 'relu',
        use_bias: true,
      });
  }
  layers[0].config.batch_input_shape = image;
  add('Flatten', 'flatten', {});
  add('Dense', 'fc1', { units: 4096, activation: 'relu', use_bias: true });
  add('Dense', 'fc2', { units: 4096, activation: 'relu', use_bias: true });
  add('Dense', 'predictions', { units: 1000, activation: 'softmax', use_bias: true });
  return json('Sequential', { name: 'vgg16', layers });
}

/** Layers that name the layers they read. */
class FunctionalModel {
  private readonly layers: KerasLayer[] = [];

  input(name: string): string {
    this.layers.push({ class_name: 'InputLayer', config: { name, batch_input_shape: image }, name, inbound_nodes: [] });
    return name;
  }

  add(class_name: string, name: string, inputs: readonly string[], config: object = {}): string {
    const inbound_nodes = [inputs.map((input) => [input, 0, 0, {}])];
    this.layers.push({ class_name, config: { name, ...config }, name, inbound_nodes });
    return name;
  }

  json(name: string, input: string, output: string): string {
    return json('Functional', {
      name,
      layers: this.layers,
      input_layers: [[input, 0, 0]],
      output_layers: [[output, 0, 0]],
    });
  }
}

/** ResNet-50 (He et al. 2016) as Keras has it: the stride in the first convolution of a block, biases everywhere. */
export function resNet50(): string {
  const model = new FunctionalModel();
  const convolution = (name: string, input: string, filters: number, size: number, stride: number, padding: string) => {
    const config = {
      filters,
      kernel_size: [size, size],
      strides: [stride, stride],
      padding,
      activation: 'linear',
      use_bias: true,
    };
    return model.add('BatchNormalization', `${name}_bn`, [model.add('Conv2D', `${name}_conv`, [input], config)], {
      axis: [3],
      center: true,
      scale: true,
    });
  };
  const relu = (name: string, input: string) =>
    model.add('Activation', `${name}_relu`, [input], { activation: 'relu' });
  const padded = (name: string, input: string, by: number) =>
    model.add('ZeroPadding2D', name, [input], {
      padding: [
        [by, by],
        [by, by],
      ],
    });
  const input = model.input('input_1');
  const stem = relu('conv1', convolution('conv1', padded('conv1_pad', input, 3), 64, 7, 2, 'valid'));
  let x = model.add('MaxPooling2D', 'pool1_pool', [padded('pool1_pad', stem, 1)], {
    pool_size: [3, 3],
    strides: [2, 2],
    padding: 'valid',
  });
  for (const [stack, blocks, filters] of [
    [2, 3, 64],
    [3, 4, 128],
    [4, 6, 256],
    [5, 3, 512],
  ]) {
    for (let block = 1; block <= blocks; block++) {
      const name = `conv${stack}_block${block}`;
      const stride = block === 1 && stack > 2 ? 2 : 1;
      const shortcut = block === 1 ? convolution(`${name}_0`, x, 4 * filters, 1, stride, 'valid') : x;
      const first = relu(`${name}_1`, convolution(`${name}_1`, x, filters, 1, stride, 'valid'));
      const second = relu(`${name}_2`, convolution(`${name}_2`, first, filters, 3, 1, 'same'));
      const third = convolution(`${name}_3`, second, 4 * filters, 1, 1, 'valid');
      x = relu(`${name}_out`, model.add('Add', `${name}_add`, [shortcut, third]));
    }
  }
  const pooled = model.add('GlobalAveragePooling2D', 'avg_pool', [x], { keepdims: false });
  const output = model.add('Dense', 'predictions', [pooled], { units: 1000, activation: 'softmax', use_bias: true });
  return model.json('resnet50', input, output);
}

/** MobileNet (Howard et al. 2017) of width 1 on 224 x 224 images, with ReLU6, as Keras has it. */
export function mobileNet(): string {
  const model = new FunctionalModel();
  const unit = (name: string, input: string) =>
    model.add(
      'ReLU',
      `${name}_relu`,
      [model.add('BatchNormalization', `${name}_bn`, [input], { axis: [3], center: true, scale: true })],
      { max_value: 6, negative_slope: 0, threshold: 0 },
    );
  const padded = (name: string, input: string) =>
    model.add('ZeroPadding2D', `${name}_pad`, [input], {
      padding: [
        [0, 1],
        [0, 1],
      ],
    });
  const input = model.input('input_1');
  const stem = {
    filters: 32,
    kernel_size: [3, 3],
    strides: [2, 2],
    padding: 'valid',
    activation: 'linear',
    use_bias: false,
  };
  let x = unit('conv1', model.add('Conv2D', 'conv1', [padded('conv1', input)], stem));
  const blocks = [
    [64, 1],
    [128, 2],
    [128, 1],
    [256, 2],
    [256, 1],
    [512, 2],
    [512, 1],
    [512, 1],
    [512, 1],
    [512, 1],
    [512, 1],
    [1024, 2],
    [1024, 1],
  ];
  for (const [i, [filters, stride]] of blocks.entries()) {
    const [depthwise, pointwise] = [`conv_dw_${i + 1}`, `conv_pw_${i + 1}`];
    const window = {
      kernel_size: [3, 3],
      strides: [stride, stride],
      padding: stride === 1 ? 'same' : 'valid',
      depth_multiplier: 1,
    };
    const entering = stride === 1 ? x : padded(`conv${i + 1}`, x);
    x = unit(
      depthwise,
      model.add('DepthwiseConv2D', depthwise, [entering], { ...window, activation: 'linear', use_bias: false }),
    );
    x = unit(
      pointwise,
      model.add('Conv2D', pointwise, [x], {
        filters,
        kernel_size: [1, 1],
        strides: [1, 1],
        padding: 'same',
        activation: 'linear',
        use_bias: false,
      }),
    );
  }
  const pooled = model.add('GlobalAveragePooling2D', 'average', [x], { keepdims: true });
  const kept = model.add('Dropout', 'dropout', [pooled], { rate: 0.001 });
  const scores = model.add('Conv2D', 'predictions', [kept], {
    filters: 1000,
    kernel_size: [1, 1],
    strides: [1, 1],
    padding: 'same',
    activation: 'linear',
    use_bias: true,
  });
  const flat = model.add('Reshape', 'reshape', [scores], { target_shape: [1000] });
  return model.json('mobilenet', input, model.add('Activation', 'probabilities', [flat], { activation: 'softmax' }));
}
