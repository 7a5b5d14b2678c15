/** AlexNet (Krizhevsky 2014) and VGG (Simonyan and Zisserman 2015). */
export const chains = `
class AlexNet(nn.Module):
    def __init__(self, num_classes=1000, dropout=0.5):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 64, 11, 4, 2), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2),
            nn.Conv2d(64, 192, 5, padding=2), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2),
            nn.Conv2d(192, 384, 3, padding=1), nn.ReLU(inplace=True),
            nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(inplace=True),
            nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2))
        self.avgpool = nn.AdaptiveAvgPool2d((6, 6))
        self.classifier = nn.Sequential(
            nn.Dropout(dropout), nn.Linear(256 * 6 * 6, 4096), nn.ReLU(inplace=True),
            nn.Dropout(dropout), nn.Linear(4096, 4096), nn.ReLU(inplace=True), nn.Linear(4096, num_classes))

    def forward(self, x):
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))


class VGG(nn.Module):
    def __init__(self, features, num_classes=1000, init_weights=True, dropout=0.5):
        super().__init__()
        self.features = features
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(
            nn.Linear(512 * 7 * 7, 4096), nn.ReLU(True), nn.Dropout(dropout),
            nn.Linear(4096, 4096), nn.ReLU(True), nn.Dropout(dropout), nn.Linear(4096, num_classes))

    def forward(self, x):
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))


def _vgg(repeats, batch_norm, options):
    layers = []
    channels = 3
    for width, count in zip([64, 128, 256, 512, 512], repeats):
        for _ in range(count):
            layers.append(nn.Conv2d(channels, width, 3, padding=1))
            if batch_norm:
                layers.append(nn.BatchNorm2d(width))
            layers.append(nn.ReLU(inplace=True))
            channels = width
        layers.append(nn.MaxPool2d(2, 2))
    return VGG(nn.Sequential(*layers), **options)


def alexnet(weights=None, progress=True, pretrained=False, **kwargs):
    return AlexNet(**kwargs)

def vgg11(weights=None, progress=True, pretrained=False, **kwargs):
    return _vgg([1, 1, 2, 2, 2], False, kwargs)

def vgg11_bn(weights=None, progress=True, pretrained=False, **kwargs):
    return _vgg([1, 1, 2, 2, 2], True, kwargs)

def vgg13(weights=None, progress=True, pretrained=False, **kwargs):
    return _vgg([2, 2, 2, 2, 2], False, kwargs)

def vgg13_bn(weights=None, progress=True, pretrained=False, **kwargs):
    return _vgg([2, 2, 2, 2, 2], True, kwargs)

def vgg16(weights=None, progress=True, pretrained=False, **kwargs):
    return _vgg([2, 2, 3, 3, 3], False, kwargs)

def vgg16_bn(weights=None, progress=True, pretrained=False, **kwargs):
    return _vgg([2, 2, 3, 3, 3], True, kwargs)

def vgg19(weights=None, progress=True, pretrained=False, **kwargs):
    return _vgg([2, 2, 4, 4, 4], False, kwargs)

def vgg19_bn(weights=None, progress=True, pretrained=False, **kwargs):
    return _vgg([2, 2, 4, 4, 4], True, kwargs)
`;
