"""Stacks of three-by-three convolutions: the letters of a plan are widths, M halves the image."""
import torch
import torch.nn as nn

PLANS = {
    "small": "64 M 128 M 256 256 M 512 512 M 512 512 M",
    "large": "64 64 M 128 128 M 256 256 256 M 512 512 512 M 512 512 512 M",
}


def stack(plan, normalized):
    channels, layers = 3, []
    for word in plan.split():
        if word == "M":
            layers.append(nn.MaxPool2d(2))
            continue
        width = int(word)
        layers.append(nn.Conv2d(channels, width, kernel_size=3, padding="same"))
        if normalized:
            layers.append(nn.BatchNorm2d(width))
        layers.append(nn.ReLU())
        channels = width
    return layers


class Stacked(nn.Module):
    def __init__(self, plan, normalized=False, classes=1000):
        super(Stacked, self).__init__()
        self.convolutions = nn.Sequential(*stack(PLANS[plan], normalized))
        self.classifier = nn.Sequential()
        for i, (wide_in, wide_out) in enumerate([(512 * 7 * 7, 4096), (4096, 4096)]):
            self.classifier.add_module(f"hidden{i}", nn.Linear(wide_in, wide_out))
            self.classifier.add_module(f"relu{i}", nn.ReLU())
        self.classifier.add_module("scores", nn.Linear(4096, classes))

    def forward(self, x):
        x = self.convolutions(x)
        return self.classifier(x.view(x.size(0), -1))


def vgg11():
    return Stacked("small")


def vgg16(**options):
    return Stacked("large", **options)


def vgg16_bn():
    return vgg16(normalized=True)


if __name__ == "__main__":
    print(vgg16()(torch.randn(2, 3, 224, 224)).shape)
