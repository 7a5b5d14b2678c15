"""Few channels, then many again: each block squeezes before it expands in two sizes."""
import torch
import torch.nn as nn


class Block(nn.Module):
    def __init__(self, inputs: int, narrow: int, each: int):
        super().__init__()
        self.squeeze = nn.Conv2d(inputs, narrow, 1)
        self.expand = nn.ModuleDict({"one": nn.Conv2d(narrow, each, 1), "three": nn.Conv2d(narrow, each, 3, padding=1)})

    def forward(self, x):
        x = self.squeeze(x).relu()
        return torch.cat([self.expand[key](x).relu() for key in ("one", "three")], dim=1)


def pool():
    return nn.MaxPool2d(3, 2, ceil_mode=True)


def network(classes=1000):
    widths = [(16, 64), (16, 64), (32, 128), None, (32, 128), (48, 192), (48, 192), (64, 256), None, (64, 256)]
    parts = [nn.Conv2d(3, 96, 7, 2), nn.ReLU(), pool()]
    channels = 96
    for pair in widths:
        if pair is None:
            parts.append(pool())
        else:
            narrow, each = pair
            parts.append(Block(channels, narrow, each))
            channels = 2 * each
    return nn.Sequential(*parts, nn.Dropout(), nn.Conv2d(channels, classes, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())


net = network()
scores = net(torch.ones(4, 3, 224, 224))
