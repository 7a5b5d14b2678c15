/** Networks of inverted residuals: MobileNetV2 (Sandler et al. 2018), MNASNet (Tan et al. 2019). */
export const mobile = `
def _divisible(value, divisor):
    rounded = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return rounded if rounded >= 0.9 * value else rounded + divisor

def _normalized(channels, filters, kernel=3, stride=1, groups=1):
    convolution = nn.Conv2d(channels, filters, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(filters), nn.ReLU6(inplace=True))


class InvertedResidual(nn.Module):
    def __init__(self, inp, oup, stride, expand_ratio):
        super().__init__()
        hidden = int(round(inp * expand_ratio))
        self.use_res_connect = stride == 1 and inp == oup
        layers = [] if expand_ratio == 1 else [_normalized(inp, hidden, 1)]
        layers.append(_normalized(hidden, hidden, 3, stride, hidden))
        layers.append(nn.Conv2d(hidden, oup, 1, bias=False))
        layers.append(nn.BatchNorm2d(oup))
        self.conv = nn.Sequential(*layers)

    def forward(self, x):
        return x + self.conv(x) if self.use_res_connect else self.conv(x)


class MobileNetV2(nn.Module):
    def __init__(self, num_classes=1000, width_mult=1.0, inverted_residual_setting=None, round_nearest=8, dropout=0.2):
        super().__init__()
        settings = inverted_residual_setting or [
            [1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 3, 2], [6, 64, 4, 2], [6, 96, 3, 1], [6, 160, 3, 2], [6, 320, 1, 1]]
        channels = _divisible(32 * width_mult, round_nearest)
        self.last_channel = _divisible(1280 * max(1.0, width_mult), round_nearest)
        layers = [_normalized(3, channels, 3, 2)]
        for expansion, width, count, stride in settings:
            filters = _divisible(width * width_mult, round_nearest)
            for i in range(count):
                layers.append(InvertedResidual(channels, filters, stride if i == 0 else 1, expansion))
                channels = filters
        layers.append(_normalized(channels, self.last_channel, 1))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(nn.Dropout(dropout), nn.Linear(self.last_channel, num_classes))

    def forward(self, x):
        x = F.adaptive_avg_pool2d(self.features(x), (1, 1))
        return self.classifier(torch.flatten(x, 1))


class _MnasBlock(nn.Module):
    def __init__(self, channels, filters, kernel, stride, expansion):
        super().__init__()
        hidden = channels * expansion
        self.apply_residual = channels == filters and stride == 1
        self.layers = nn.Sequential(
            nn.Conv2d(channels, hidden, 1, bias=False), nn.BatchNorm2d(hidden), nn.ReLU(inplace=True),
            nn.Conv2d(hidden, hidden, kernel, stride, kernel // 2, groups=hidden, bias=False), nn.BatchNorm2d(hidden),
            nn.ReLU(inplace=True), nn.Conv2d(hidden, filters, 1, bias=False), nn.BatchNorm2d(filters))

    def forward(self, x):
        return self.layers(x) + x if self.apply_residual else self.layers(x)


class MNASNet(nn.Module):
    def __init__(self, alpha, num_classes=1000, dropout=0.2):
        super().__init__()
        widths = [_divisible(width * alpha, 8) for width in [32, 16, 24, 40, 80, 96, 192, 320]]
        first, second = widths[0], widths[1]
        layers = [
            nn.Conv2d(3, first, 3, 2, 1, bias=False), nn.BatchNorm2d(first), nn.ReLU(inplace=True),
            nn.Conv2d(first, first, 3, 1, 1, groups=first, bias=False), nn.BatchNorm2d(first), nn.ReLU(inplace=True),
            nn.Conv2d(first, second, 1, bias=False), nn.BatchNorm2d(second)]
        stacks = [(3, 2, 3, 3), (5, 2, 3, 3), (5, 2, 6, 3), (3, 1, 6, 2), (5, 2, 6, 4), (3, 1, 6, 1)]
        for i, (kernel, stride, expansion, count) in enumerate(stacks):
            channels, filters = widths[i + 1], widths[i + 2]
            blocks = [_MnasBlock(channels, filters, kernel, stride, expansion)]
            for _ in range(1, count):
                blocks.append(_MnasBlock(filters, filters, kernel, 1, expansion))
            layers.append(nn.Sequential(*blocks))
        layers.extend([nn.Conv2d(widths[7], 1280, 1, bias=False), nn.BatchNorm2d(1280), nn.ReLU(inplace=True)])
        self.layers = nn.Sequential(*layers)
        self.classifier = nn.Sequential(nn.Dropout(dropout, inplace=True), nn.Linear(1280, num_classes))

    def forward(self, x):
        return self.classifier(self.layers(x).mean([2, 3]))


def mobilenet_v2(weights=None, progress=True, pretrained=False, **kwargs):
    return MobileNetV2(**kwargs)

def mnasnet0_5(weights=None, progress=True, pretrained=False, **kwargs):
    return MNASNet(0.5, **kwargs)

def mnasnet0_75(weights=None, progress=True, pretrained=False, **kwargs):
    return MNASNet(0.75, **kwargs)

def mnasnet1_0(weights=None, progress=True, pretrained=False, **kwargs):
    return MNASNet(1.0, **kwargs)

def mnasnet1_3(weights=None, progress=True, pretrained=False, **kwargs):
    return MNASNet(1.3, **kwargs)
`;
