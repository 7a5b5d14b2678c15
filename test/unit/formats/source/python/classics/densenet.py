"""Every layer of a block reads all maps that the block has made so far."""
from collections import OrderedDict

import torch
from torch import nn


def before(channels, out, size):
    """Normalization and rectifier in front of a convolution."""
    steps = OrderedDict(norm=nn.BatchNorm2d(channels), relu=nn.ReLU())
    steps["conv"] = nn.Conv2d(channels, out, size, padding=size // 2, bias=False)
    return nn.Sequential(steps)


class Dense(nn.Module):
    def __init__(self, channels, layers, growth):
        super().__init__()
        self.layers = nn.ModuleList()
        for i in range(layers):
            self.layers.append(nn.Sequential(before(channels + i * growth, 4 * growth, 1), before(4 * growth, growth, 3)))

    def forward(self, x):
        maps = [x]
        for layer in self.layers:
            maps.append(layer(torch.cat(maps, 1)))
        return torch.cat(maps, 1)


class Network(nn.Module):
    def __init__(self, counts=(6, 12, 24, 16), growth=32, classes=1000):
        super().__init__()
        channels = 2 * growth
        self.start = nn.Sequential(
            nn.Conv2d(3, channels, 7, 2, 3, bias=False), nn.BatchNorm2d(channels), nn.ReLU(), nn.MaxPool2d(3, 2, 1)
        )
        self.middle = nn.Sequential()
        for index, count in enumerate(counts):
            self.middle.add_module("block%d" % index, Dense(channels, count, growth))
            channels += count * growth
            if index + 1 < len(counts):
                self.middle.add_module("halve%d" % index, nn.Sequential(before(channels, channels // 2, 1), nn.AvgPool2d(2)))
                channels //= 2
        self.norm = nn.BatchNorm2d(channels)
        self.scores = nn.Linear(channels, classes)

    def forward(self, x):
        x = torch.relu(self.norm(self.middle(self.start(x))))
        return self.scores(torch.flatten(nn.functional.adaptive_avg_pool2d(x, (1, 1)), start_dim=1))


def densenet121():
    return Network()


if __name__ == "__main__":
    densenet121()(torch.randn(1, 3, 224, 224))
