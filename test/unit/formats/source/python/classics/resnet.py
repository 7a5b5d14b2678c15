"""Residual networks for images of 224 pixels, with plain and with narrowed blocks."""
import torch
from torch import nn


def conv(a, b, size, stride=1, groups=1):
    return nn.Conv2d(a, b, size, stride=stride, padding=size // 2, groups=groups, bias=False)


class Residual(nn.Module):
    """What all blocks share: a branch, a way around it, and a sum."""

    growth = 1

    def __init__(self, channels, width, stride, groups, base):
        super().__init__()
        self.branch = self.make_branch(channels, width, stride, groups, base)
        out = width * self.growth
        self.around = None if stride == 1 and channels == out else nn.Sequential(conv(channels, out, 1, stride), nn.BatchNorm2d(out))

    def forward(self, x):
        kept = x if self.around is None else self.around(x)
        return torch.relu(self.branch(x) + kept)


class Plain(Residual):
    def make_branch(self, channels, width, stride, groups, base):
        return nn.Sequential(
            conv(channels, width, 3, stride), nn.BatchNorm2d(width), nn.ReLU(), conv(width, width, 3), nn.BatchNorm2d(width)
        )


class Narrowed(Residual):
    growth = 4

    def make_branch(self, channels, width, stride, groups, base):
        inner, out = width * base // 64 * groups, width * self.growth
        steps = [(channels, inner, 1, 1, 1), (inner, inner, 3, stride, groups), (inner, out, 1, 1, 1)]
        layers = []
        for a, b, size, step, split in steps:
            layers.extend([conv(a, b, size, step, split), nn.BatchNorm2d(b), nn.ReLU()])
        return nn.Sequential(*layers[:-1])


class Stages(nn.Module):
    def __init__(self, block, counts, *, groups=1, base=64, classes=1000):
        super().__init__()
        self.stem = nn.Sequential(conv(3, 64, 7, 2), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1))
        self.channels = 64
        for i, count in enumerate(counts):
            setattr(self, f"stage{i + 1}", self.stage(block, count, 64 << i, 1 if i == 0 else 2, groups, base))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.scores = nn.Linear(self.channels, classes)

    def stage(self, block, count, width, stride, groups, base):
        blocks = nn.Sequential()
        for k in range(count):
            blocks.append(block(self.channels, width, stride if k == 0 else 1, groups, base))
            self.channels = width * block.growth
        return blocks

    def forward(self, x):
        x = self.stem(x)
        for stage in (self.stage1, self.stage2, self.stage3, self.stage4):
            x = stage(x)
        return self.scores(torch.flatten(self.pool(x), 1))


def resnet18():
    return Stages(Plain, [2, 2, 2, 2])


def resnet50():
    return Stages(Narrowed, [3, 4, 6, 3])


def resnext50_32x4d(**options):
    return Stages(Narrowed, [3, 4, 6, 3], **{"groups": 32, "base": 4, **options})


def check():
    images = torch.rand(1, 3, 224, 224)
    for build in (resnet18, resnet50, resnext50_32x4d):
        assert build()(images).shape == (1, 1000)
